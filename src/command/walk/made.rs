//! What commands write, as far as the line says it.

use super::super::decode;
use super::super::words::{Flow, Origin as FlowOrigin, Word};
use super::{Input, Walk};

impl Walk<'_> {
    /// What a command writes, as far as the line says it.
    pub(super) fn output_of(&self, name: &str, args: &[Word], input: &Input) -> Flow {
        let (piped, from) = match input {
            Input::Flow(flow) => (flow.text.as_deref(), flow.from),
            Input::Terminal | Input::Hidden | Input::File => (None, FlowOrigin::Local),
        };
        if self.catalogue.generates(name, args) {
            return Flow { text: None, from: FlowOrigin::Generator };
        }
        if self.catalogue.fetches(name) {
            return Flow { text: None, from: FlowOrigin::Network };
        }
        if let ("cat", [path]) = (name, args)
            && path.known() == Some("/dev/null")
        {
            return Flow { text: Some(String::new()), from };
        }
        // `cat a b`, each written in this line
        if let ("cat", [_, _, ..]) = (name, args)
            && let Some(files) = args.iter().map(|path| self.file(path)).collect::<Option<Vec<_>>>()
        {
            let text = files.iter().map(|file| file.text.as_deref()).collect::<Option<String>>();
            return Flow {
                text,
                from: files.iter().map(|file| file.from).fold(FlowOrigin::Generator, FlowOrigin::max),
            };
        }
        if let ("cat" | "head" | "tail" | "tac", [.., path]) = (name, args)
            && let Some(file) = self.file(path)
        {
            return Flow { text: file.text.clone(), from: file.from };
        }
        let text = decode::output(name, args, piped);
        let literal = input.is_written() || matches!(name, "echo" | "printf") && *input == Input::Terminal;
        let asks = args.iter().any(|word| matches!(word.known(), Some("--help" | "help" | "-h")));
        let known = || args.iter().all(|word| word.known().is_some());
        if text.is_none() && (asks || literal && MAKES.contains(&name)) && known() {
            return Flow { text, from: FlowOrigin::Made };
        }
        let from = if from < FlowOrigin::Local { FlowOrigin::Local } else { from };
        let from = args.iter().filter_map(|word| word.flow.as_ref()).map(|flow| flow.from).fold(from, FlowOrigin::max);
        Flow { text, from }
    }
}

/// Filters that make one text out of another.
const MAKES: [&str; 20] = [
    "echo", "printf", "sed", "gsed", "tr", "cut", "rev", "tac", "fold", "paste", "xxd", "base64", "base32", "od",
    "sort", "shuf", "head", "tail", "grep", "egrep",
];
