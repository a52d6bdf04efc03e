//! Verbs that are put together: what a program is told to do, where the line says it in pieces.

use super::super::catalogue::Ends;
use super::super::words::{HOLE, Origin as FlowOrigin, Text, Word};
use super::Walk;
use crate::model::{Severity, Span};

impl Walk<'_> {
    /// `aws s3 r${x}m`: a variable that nobody has set divides the letters of a word, and is nothing.
    pub(super) fn undivided(&mut self, name: &str, command: &Word, args: &[Word], span: Span) {
        let divided = |word: &Word| {
            word.shown().match_indices(HOLE).any(|(at, hole)| {
                let (head, rest) = word.shown().split_at(at);
                head.ends_with(|c: char| c.is_ascii_alphabetic())
                    && rest.get(hole.len()..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))
            })
        };
        if !args.iter().any(divided) {
            return;
        }
        let words: Vec<Word> = args
            .iter()
            .map(|word| match divided(word) {
                true => Word { text: Text::Known(word.shown().replace(HOLE, "")), ..Word::unknown(word.span) },
                false => word.clone(),
            })
            .collect();
        for hit in self.catalogue.judge(name, command.shown(), &words, ENDS).matches {
            self.effect(hit.kind, hit.severity, hit.undo, span, &hit.object, &hit.reason);
        }
    }

    /// `systemctl $(rev <<< pots) web`: a word that filters make of a text in the line is not known, and might be any of the program's verbs.
    pub(super) fn computed(&mut self, name: &str, command: &Word, args: &[Word], span: Span) {
        let made = |word: &&Word| {
            word.known().is_none() && word.flow.as_ref().is_some_and(|flow| flow.from == FlowOrigin::Made)
        };
        let catalogue = self.catalogue;
        let mut operands = args.iter().filter(|word| !word.shown().starts_with('-')).take(MAX_VERBS);
        let Some(at) = operands.find(made).and_then(|made| args.iter().position(|word| std::ptr::eq(word, made)))
        else {
            return;
        };
        let mut words = args.to_vec();
        for verb in catalogue.deeds(name, command.shown()) {
            if let Some(word) = words.get_mut(at) {
                *word = Word { text: Text::Known(verb.to_owned()), ..Word::unknown(word.span) };
            }
            let hits = catalogue.judge(name, command.shown(), &words, ENDS).matches;
            if hits.iter().any(|hit| hit.severity >= Severity::Medium) {
                return self.evasion(span, name, "does not say in plain words what {object} is to do");
            }
        }
    }
}

const ENDS: Ends = Ends { piped: false, filed: false, sought: false, starts: false };

/// Operands among which a verb stands: `gcloud compute instances delete`.
const MAX_VERBS: usize = 4;

#[cfg(test)]
mod tests {
    use crate::command::{Context, Dialect, analyse};
    use crate::model::Severity;

    fn is_held(line: &str) -> bool {
        analyse(line, &Context::typed_at(Dialect::Shell))
            .effects
            .iter()
            .any(|effect| effect.severity >= Severity::Medium)
    }

    #[test]
    fn a_verb_that_filters_make_of_a_text_is_held() {
        for line in [
            "aws s3 $(sed 's/^/r/' <<< b) s3://corp-archive",
            "sudo systemctl $(cut -d, -f2,4 --output-delimiter= <<< x,st,y,op) crond",
            "gcloud compute instances $(fold -w1 <<< eteled | tac | tr -d '\n') db-1 -q",
            "git push origin $(git push -h 2>&1 | grep -oE -- '--f[a-z]{4}' | head -1) HEAD:main",
            "kubectl $(kubectl --help | awk '$1~/^d.l.t.$/{print $1; exit}') ns staging",
            "kubectl $(awk '{print $2}' <<< 'x delete') ns prod",
        ] {
            assert!(is_held(line), "{line}");
        }
    }

    #[test]
    fn what_is_made_in_another_place_is_not() {
        for line in [
            "kubectl get $(sed 's/x/p/' <<< xods)",
            "systemctl status $(awk '{print $1}' <<< 'nginx x')",
            "git log --since=$(date +%F | sed 's/-/\\//g')",
            "systemctl $(cat verb) nginx",
            "git log $(git log --help | head -1)",
            "kubectl get $(kubectl api-resources | awk '{print $1}')",
            "docker logs $(docker ps -q | head -1)",
        ] {
            assert!(!is_held(line), "{line}");
        }
    }
}
