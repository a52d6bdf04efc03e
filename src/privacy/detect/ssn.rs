//! United States social security numbers: `AAA-GG-SSSS`, `AAA GG SSSS`, or nine digits where words say what they are.
//!
//! Since 2011 numbers are random, but no area is 000, 666 or 900–999, no group 00 and no serial 0000
//! (SSA, "Social Security Number Randomization"). Nine hundreds are taxpayer numbers (ITIN): another kind.

use super::number::{Beside, Number, Says, Shape, left, right};
use super::{Weight, context};

/// How they are written in groups, in digits.
pub(super) const SHAPES: &[&[u8]] = &[&[3, 2, 4]];

/// Whether a number is a social security number.
pub(super) fn judge(number: Number<'_>) -> Says {
    let Some(digits) = (number.len() == 9).then(|| number.digits()).flatten() else { return Says::No };
    let [a, b, c, d, e, serial @ ..] = digits.as_slice() else { return Says::No };
    let area = u32::from(*a) * 100 + u32::from(*b) * 10 + u32::from(*c);
    let assigned = area_exists(area) && (*d, *e) != (0, 0) && serial.iter().any(|digit| *digit != 0);
    if !assigned || left(number) == Beside::Barred {
        return Says::No;
    }
    let named = || context::near(number, context::SSN);
    let right = match (number.joint, right(number)) {
        (None, beside) => {
            if named() {
                beside
            } else {
                Beside::Barred
            }
        }
        (Some(b' '), Beside::Clear) => {
            if named() {
                Beside::Clear
            } else {
                alone(number)
            }
        }
        (Some(_), beside) => beside,
    };
    match right {
        Beside::Clear => Says::Yes,
        Beside::Barred => Says::No,
        Beside::Open => Says::Open,
    }
}

/// Whether the digits at the end of a text could be the head of one, and how much they give away.
pub(super) fn head(number: Number<'_>, shape: Shape<'_>) -> Option<Weight> {
    let grouped = SHAPES.iter().any(|whole| shape.may_become(whole));
    let bare = shape.single().is_some_and(|len| len <= 9) && context::near(number, context::SSN);
    (grouped || bare).then(|| if shape.digits() > AREA_AND_GROUP { Weight::Identifying } else { Weight::Light })
}

/// Three numbers in a row of more are a table's.
fn alone(number: Number<'_>) -> Beside {
    let (text, end) = (number.text, number.end());
    let before = number.start().checked_sub(2).map(|i| text.slice(i, i + 2));
    if matches!(before, Some([digit, b' ']) if digit.is_ascii_digit()) {
        return Beside::Barred;
    }
    match (text.at(end), text.at(end + 1)) {
        (Some(b' '), None) if text.may_grow() => Beside::Open,
        (Some(b' '), Some(b)) if b.is_ascii_digit() => Beside::Barred,
        _ => Beside::Clear,
    }
}

const fn area_exists(area: u32) -> bool {
    !matches!(area, 0 | 666 | 900..)
}

/// The first five digits say when and where it was given out; the last four are the person.
const AREA_AND_GROUP: usize = 5;
