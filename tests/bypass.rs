//! The known ways round a gate of commands, each as a script that shows it shut, with its harmless twin that must pass.
//!
//! One file of `tests/bypass/` is one row of a catalogue of evasions, which its first lines quote. The language is described in
//! `tests/support/scenario/mod.rs`. What only a real program shows (a line editor, an `sshd`, a database's client) stands in
//! `tests/programs/main.rs` and `tests/openssh.rs`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says why and fails"
)]

#[path = "support/scenario/mod.rs"]
mod scenario;

/// One test for each script.
mod rows {
    use super::scenario;

    scenario::tests! { "tests/bypass";
        approval_nothing_waits_for_ever
        approval_one_decision_can_cover_the_same_line_again
        approval_what_was_approved_is_what_runs
        channel_a_harmless_command_starts_at_once
        channel_a_query_in_the_command_starts_at_once
        channel_one_policy_on_every_channel
        channel_the_input_of_a_console_is_a_script
        channel_the_input_of_a_shell_is_a_script
        channel_what_runs_later_is_judged_now
        paste_a_block_in_pieces_is_read_line_by_line
        paste_a_bracketed_block_is_judged_as_it_will_run
        paste_the_first_line_waits_for_its_own_verdict
        seen_a_command_word_in_disguise_is_read_or_held
        seen_a_console_behind_another_prompt_is_a_console
        seen_a_console_has_a_language_of_its_own
        seen_a_console_in_a_pane_is_a_console
        seen_a_line_in_another_shells_grammar_is_read_in_it
        seen_a_line_of_the_history_is_not_what_is_typed
        seen_a_long_or_disguised_line_reaches_the_approver_whole
        seen_a_pager_without_a_screen_of_its_own_is_one
        seen_a_script_that_the_session_wrote_is_remembered
        seen_a_second_command_is_not_hidden_behind_a_first
        seen_lines_that_go_on_are_judged_whole
        seen_what_flows_into_an_interpreter_is_a_script
        seen_what_is_defined_for_later_is_judged_now
        seen_what_was_completed_or_recalled_stands_on_the_screen
        state_a_shell_within_is_a_shell
        state_a_suggestion_or_a_pager_is_no_command
        state_broken_text_does_not_stall_the_reader
        state_output_that_looks_like_an_editor_lowers_nothing
        state_the_header_of_a_file_transfer_opens_nothing
        state_whatever_the_prompt_looks_like_the_line_behind_it_is_read
        state_without_echo_the_keys_are_judged_and_nothing_is_stored
        state_wrapped_wide_and_resized_lines_are_read_whole
        submit_a_console_that_keeps_its_line_is_cleared_by_its_own_keys
        submit_a_line_that_an_editor_gives_back_is_not_known
        submit_a_line_that_ctrl_o_fetches_is_awaited
        submit_a_lone_line_feed_or_ctrl_o_is_an_enter
        submit_a_macro_is_judged_where_it_is_defined
        submit_a_refused_line_is_not_run_by_the_refusal
        submit_a_signal_key_does_not_lose_the_line
        submit_an_enter_that_overtakes_the_echo_waits
    }
}

#[test]
fn every_script_quotes_its_row_and_has_a_twin() {
    for file in scenario::files("tests/bypass") {
        let text = std::fs::read_to_string(scenario::folder("tests/bypass").join(&file)).expect("a file");
        assert!(text.starts_with("# Row: \""), "{file} does not say which row it shows");
        assert!(text.contains("# The harmless twin"), "{file} has no harmless twin");
    }
}
