//! What a session is like, in scripts that a person can read and write: each file of `tests/scenarios/` is one test.
//!
//! The language is described in `tests/support/scenario/mod.rs`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says why and fails"
)]

#[path = "support/scenario/mod.rs"]
mod scenario;

/// One test for each script, and one that no script is forgotten.
mod scripts {
    use super::scenario;

    scenario::tests! { "tests/scenarios";
        a_backspace_takes_back_what_was_typed
        a_bracketed_paste_is_judged_as_one_when_enter_is_pressed
        a_client_that_leaves_takes_its_request_back
        a_command_of_an_editor_is_held
        a_command_that_the_text_does_not_name_is_held
        a_command_whose_rule_wants_a_reason_says_how_to_give_one
        a_continued_line_is_judged_whole
        a_denied_command_never_starts
        a_denied_line_is_cleared_with_the_reason
        a_desk_that_is_silent_cannot_hold_a_line_for_ever
        a_destructive_line_of_a_heredoc_is_held_where_it_stands
        a_grant_for_the_session_covers_this_command_and_no_other
        a_grant_for_the_session_that_is_taken_back_is_asked_for_again
        a_harmless_command_starts_at_once
        a_harmless_line_runs_at_once
        a_held_command_starts_when_it_is_approved
        a_held_command_with_a_terminal_is_withdrawn_with_ctrl_c
        a_heredoc_of_text_passes
        a_killed_session_says_who_and_why
        a_lifetime_ends_with_a_warning_and_a_sentence
        a_line_longer_than_the_screen_is_wide_is_read_whole
        a_line_out_of_the_history_is_read_from_the_screen
        a_line_that_nobody_decides_on_expires
        a_list_in_the_clear_that_is_taken_back_goes_on_masked
        a_list_is_let_go_on_in_the_clear
        a_list_of_a_command_without_a_terminal_ends_it_when_denied
        a_list_of_a_command_without_a_terminal_goes_on_in_the_clear_for_a_time
        a_list_of_cards_from_production_waits_for_an_approval
        a_list_that_is_denied_is_discarded_and_its_command_interrupted
        a_list_that_nobody_decides_on_is_gone
        a_name_that_the_shell_completed_is_read_from_the_screen
        a_note_is_a_reason
        a_note_stands_on_the_next_request
        a_password_is_neither_held_nor_stored
        a_password_on_the_command_line_is_masked_in_what_is_recorded_of_its_echo
        a_password_on_the_command_line_is_stored_nowhere
        a_pasted_block_runs_line_by_line_where_the_shell_knows_no_paste
        a_pause_in_an_editor_is_said_by_the_title
        a_paused_session_takes_no_keys
        a_program_that_fills_the_screen_during_a_hold_gets_no_bar
        a_prompt_that_opens_a_quote_makes_no_data_of_what_follows
        a_prompt_that_reads_like_a_harmless_command_hides_nothing
        a_reason_that_is_not_given_withdraws_the_line
        a_record_that_is_lost_ends_the_session
        a_request_that_could_not_be_filed_runs_nothing
        a_resize_during_a_hold_moves_the_bar
        a_resize_over_text_leaves_nothing_of_the_bar
        a_resize_to_fewer_rows_under_the_bar_erases_nothing
        a_reveal_is_ended_by_hand_and_by_the_end_of_the_session
        a_reveal_shows_values_until_it_ends_and_the_record_never_has_them
        a_reveal_that_is_denied_shows_nothing
        a_reveal_that_is_taken_back_is_masked_at_once
        a_rule_that_wants_a_reason_asks_nobody_before_it_has_one
        a_script_that_the_session_wrote_is_judged_when_it_runs
        a_shell_without_a_terminal_is_refused
        a_slow_disk_delays_the_enter_and_not_the_echo
        a_suggestion_in_grey_is_not_what_was_typed
        a_suggestion_that_was_taken_is_held
        a_target_that_goes_away_ends_a_hold
        a_word_that_the_session_defined_is_known
        an_answer_to_a_program_passes
        an_approval_during_a_pause_waits_for_its_end
        an_approval_of_a_line_that_changed_releases_nothing
        an_approved_line_runs_and_leaves_nothing_else
        an_expired_command_never_starts
        colours_under_the_bar_come_back
        ctrl_c_stops_a_list_that_waits
        ctrl_c_withdraws_a_held_line
        ctrl_d_at_an_empty_prompt_passes_and_behind_text_it_is_judged
        full_screens_of_text_come_back_under_the_bar
        images_are_dropped_unless_policy_permits_them
        images_are_words_while_values_are_in_the_clear
        images_of_kitty_and_iterm_stay_where_they_are_put
        images_reach_a_terminal_where_policy_permits_them
        keys_of_a_pager_are_no_part_of_the_next_line
        keys_of_an_editor_are_no_part_of_the_next_line
        leaving_a_program_after_a_reveal_shows_nothing_of_before
        lines_sent_ahead_are_judged_one_by_one
        many_values_are_told_and_go_on
        nothing_of_ours_stands_inside_a_sequence_of_the_target
        nothing_typed_during_a_hold_is_delivered
        output_in_the_background_takes_the_bar_off_and_it_comes_back
        output_that_switches_screens_after_an_editor_left_hides_no_line
        output_that_switches_screens_back_hides_nothing_that_was_typed_between
        output_that_switches_screens_hides_no_line_sent_ahead
        output_that_switches_screens_hides_no_line_that_settles
        output_that_switches_screens_hides_nothing_that_was_typed_before
        output_that_switches_screens_twice_hides_no_line_that_settles
        personal_data_is_masked_on_the_screen_and_in_the_record
        text_typed_in_an_editor_passes
        the_bar_at_120_columns
        the_bar_at_50_columns
        the_bar_at_80_columns
        the_bastion_key_pressed_twice_goes_to_the_target
        the_menu_leaves_full_screen_programs_alone
        the_menu_opens_over_full_screen_programs_where_it_is_told_to
        three_rows_are_too_few_for_a_bar
        two_harmless_lines_sent_ahead_both_run
        what_is_typed_at_an_interpreter_is_judged_too
        what_is_typed_at_the_menu_never_reaches_the_target
        without_room_for_a_bar_the_title_says_it
    }
}

/// Sessions that nobody wrote.
mod chance {
    use proptest::prelude::*;

    use super::scenario::chance::{any_act, any_act_at_the_menu, play};

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_happens_nothing_runs_unapproved_and_the_bar_leaves_nothing_behind(
            acts in prop::collection::vec(any_act(), 1..40),
        ) {
            prop_assert_eq!(play(&acts), Ok(()));
        }

        #[test]
        fn whatever_happens_at_the_menu_no_value_is_recorded_or_stays_and_nothing_is_left_behind(
            acts in prop::collection::vec(any_act_at_the_menu(), 1..40),
        ) {
            prop_assert_eq!(play(&acts), Ok(()));
        }
    }
}

/// The language's own faults.
mod language {
    use super::scenario::perform;

    #[track_caller]
    fn fails(script: &str, place: &str, why: &str) {
        let report = perform("x.hold", script).expect_err("the script is wrong");
        assert!(report.starts_with(place) && report.contains(why), "{report}");
    }

    #[test]
    fn a_script_with_a_fault_is_refused_before_it_is_played() {
        fails("shell 80x24\nexpect held \"x\"\nfly away\n", "x.hold:3:", "no step is written like this");
        fails("shell 80x24\ntype \"ls\n", "x.hold:2:", "no closing quote");
        fails("shell 80x24\npress F13\n", "x.hold:2:", "no key is called 'F13'");
        fails("shell 80x24\nexpect event fired\n", "x.hold:2:", "no event is called 'fired'");
        fails("shell 80x24\ntype \"ls\"\n", "x.hold:", "expects nothing");
    }

    #[test]
    fn a_script_that_fails_says_where_what_was_expected_and_what_the_screen_shows() {
        let script = "shell 80x24\ntype \"ls\"\npress Enter\nexpect held \"ls\"";
        fails(script, "x.hold:4: expect held \"ls\"", "nothing is held");
        fails(script, "x.hold:4:", "│ me@box:~$ ls");
        fails("type \"ls\"\nexpect open\n", "x.hold:1:", "has not begun");
        fails("shell 80x24\nafter 5s\nat 00:01\nexpect open\n", "x.hold:3:", "over already");
    }
}
