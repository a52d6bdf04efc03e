//! What a query shows: secrets, and people by the table.

use super::{Token, Verdict, always, name};
use crate::model::{EffectKind, Severity, Undo};

/// What a query asks for that only few may see: a column of secrets, or everybody in a table of people.
pub(super) fn shown(tokens: &[Token<'_>]) -> Option<Verdict> {
    let named = |token: &&Token<'_>| matches!(token, Token::Word(..) | Token::Name(_));
    if let Some(token) = tokens.iter().filter(named).find(|token| token.any(TABLES)) {
        return secret(token.text());
    }
    let from = tokens.iter().position(|token| token.is("FROM"));
    let selects = tokens.iter().position(|token| token.is("SELECT"));
    let selected = match (selects, from) {
        (Some(start), Some(end)) if start < end => tokens.get(start + 1..end).unwrap_or_default(),
        _ => &[],
    };
    let counts = selected.iter().any(|token| token.any("COUNT|EXISTS|LENGTH|MAX|MIN|AVG|SUM"));
    let columns = || selected.iter().filter(named).map(Token::text);
    if !counts && let Some(column) = columns().find(|column| is_password(column)) {
        return secret(column);
    }
    let narrow = narrows(tokens);
    if counts || narrow {
        return None;
    }
    if let Some(column) = columns().find(|column| is_private(column)) {
        return secret(column);
    }
    let table = match from {
        Some(at) => name(tokens, at + 1),
        None if tokens.first().is_some_and(|token| token.any("TABLE|COPY")) => name(tokens, 1),
        None => return None,
    };
    let every = |(at, token): (usize, &Token<'_>)| {
        let before = at.checked_sub(1).and_then(|at| selected.get(at));
        // `t.*` or `DISTINCT *`, and no product.
        let stands_alone = before.is_none_or(|before| {
            matches!(before, Token::Sign(',' | '.')) || before.any("ALL|DISTINCT") || before.text().ends_with('.')
        });
        *token == Token::Sign('*') && stands_alone
    };
    let all = selected.iter().enumerate().any(every)
        || from.is_none()
        || columns().any(|column| GATHERING.iter().any(|call| column.eq_ignore_ascii_case(call)));
    let several = columns().filter(|column| is_personal(column)).count() >= 2;
    let people = people(&table);
    let accounts = all && table.eq_ignore_ascii_case("mysql.user");
    // `UserRoles` as `user_roles`.
    let last = table.rsplit('.').next().unwrap_or_default();
    let plain = if last.contains('_') { String::new() } else { parts(last).join("_") };
    let own = OWN.iter().any(|own| table.to_ascii_lowercase().starts_with(own) || plain.starts_with(own));
    let reason = "shows everybody who is in {object}";
    let found = accounts || !own && people && (all || several);
    found.then_some((EffectKind::SqlExfil, Severity::Medium, Undo::Never, table, reason))
}

/// Whether a table or a collection of that name holds people.
pub(in crate::command) fn people(table: &str) -> bool {
    parts(table).iter().any(|part| PEOPLE.iter().any(|stem| part.starts_with(stem)))
}

fn secret(object: &str) -> Option<Verdict> {
    let reason = "reads secrets out of the database ({object})";
    Some((EffectKind::SqlExfil, Severity::Medium, Undo::Never, object.to_owned(), reason))
}

/// Whether a query says which few rows it wants: a small limit, a value that a column must have, a group, a join that says whose.
fn narrows(tokens: &[Token<'_>]) -> bool {
    let limit = tokens.iter().position(|token| token.any("LIMIT|TOP|FETCH|TABLESAMPLE"));
    if let Some(at) = limit {
        let rest = tokens.get(at + 1..).unwrap_or_default().iter().take(3);
        let rows = rest.filter_map(|token| match token {
            Token::Value(text) => text.parse::<u64>().ok(),
            _ => None,
        });
        return rows.max().is_none_or(|rows| rows <= FEW);
    }
    if tokens.iter().any(|token| token.any("GROUP|HAVING|DISTINCT|EXPLAIN")) {
        return true;
    }
    let Some(at) = tokens.iter().position(|token| token.is("WHERE")) else { return false };
    let condition = tokens.get(at + 1..).unwrap_or_default();
    let equals = condition.iter().enumerate().any(|(at, token)| {
        let before = at.checked_sub(1).and_then(|at| condition.get(at));
        *token == Token::Sign('=') && !matches!(before, Some(Token::Sign('<' | '>' | '!')))
    });
    let picks = equals || condition.iter().any(|token| token.any("IN|LIKE|ILIKE|BETWEEN|ANY|MATCH|REGEXP|RLIKE"));
    picks && !always(condition)
}

/// A column that holds what somebody proves with who they are.
fn is_password(column: &str) -> bool {
    let parts = parts(column);
    let stems = ["passw", "passwd", "pwd", "pwhash", "cvv", "cvc", "totp", "mfa"];
    // `passWord` is one word to a server that has no regard to case.
    let lower = column.to_ascii_lowercase();
    let whole = lower.split(['_', '.', '-']);
    let secret = parts
        .iter()
        .map(String::as_str)
        .chain(whole)
        .any(|part| part == "pw" || stems.iter().any(|stem| part.starts_with(stem)));
    let last = parts.last().map_or("", String::as_str);
    let whole = [
        "authentication_string",
        "api_key",
        "apikey",
        "secret_key",
        "private_key",
        "access_token",
        "refresh_token",
        "client_secret",
        "otp_secret",
    ];
    let about = [
        "expired",
        "expires",
        "changed",
        "lifetime",
        "at",
        "date",
        "age",
        "policy",
        "count",
        "reset",
        "updated",
        "set",
        "required",
        "history",
        "time",
        "id",
        "encryption",
    ];
    (secret || whole.iter().any(|name| lower.contains(name))) && !about.contains(&last)
}

/// A column that singles people out, or is worth money.
fn is_private(column: &str) -> bool {
    let lower = column.to_ascii_lowercase();
    let whole = [
        "credit_card",
        "card_n",
        "cardn",
        "account_number",
        "national_id",
        "tax_id",
        "passport",
        "birth_date",
        "date_of_birth",
        "social_sec",
        "bank_acc",
    ];
    whole.iter().any(|name| lower.contains(name))
        || lower.split(['_', '.', '-']).any(|part| SINGLE.contains(&part))
        || parts(column).last().is_some_and(|last| SINGLE.contains(&last.as_str()))
}

/// Words that say it alone.
const SINGLE: [&str; 10] = ["ssn", "iban", "pan", "dob", "birthdate", "nino", "salary", "diagnosis", "secret", "token"];

/// A column that says who somebody is.
fn is_personal(column: &str) -> bool {
    parts(column).iter().any(|part| {
        [
            "email",
            "mail",
            "phone",
            "mobile",
            "name",
            "firstname",
            "lastname",
            "surname",
            "address",
            "street",
            "zip",
            "birth",
            "gender",
        ]
        .contains(&part.as_str())
    })
}

/// The parts of a name in small letters: of `dbo.LoanCustomers` they are `dbo`, `loan` and `customers`.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut small = false;
    for c in name.chars() {
        if matches!(c, '_' | '.' | '-') || small && c.is_ascii_uppercase() {
            parts.push(String::new());
        }
        small = c.is_ascii_lowercase();
        if let Some(part) = parts.last_mut().filter(|_| !matches!(c, '_' | '.' | '-')) {
            part.push(c.to_ascii_lowercase());
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Tables of secrets, of the servers themselves.
const TABLES: &str =
    "pg_shadow|pg_authid|pg_user_mapping|pg_user_mappings|global_priv|sql_logins|dba_users|user$|syslogins";

/// How the names of tables begin that hold people, or what is theirs alone.
const PEOPLE: [&str; 49] = [
    "ssn",
    "user",
    "customer",
    "client",
    "member",
    "account",
    "person",
    "people",
    "employee",
    "patient",
    "beneficiar",
    "policyholder",
    "claimant",
    "insured",
    "contact",
    "card",
    "credential",
    "password",
    "token",
    "login",
    "payroll",
    "salar",
    "subscriber",
    "student",
    "citizen",
    "voter",
    "passenger",
    "guest",
    "donor",
    "profile",
    "applicant",
    "borrower",
    "holder",
    "identit",
    "kyc",
    "pii",
    "secret",
    "apikey",
    "staff",
    "personnel",
    "admin",
    "resident",
    "taxpayer",
    "investor",
    "shareholder",
    "partner",
    "owner",
    "individual",
    "consumer",
];

/// Tables of the servers themselves.
const OWN: [&str; 9] =
    ["pg_", "information_schema", "performance_schema", "sys.", "sqlite_", "mysql.", "v$", "system.", "user_"];

/// Functions that gather all rows into one.
const GATHERING: [&str; 10] = [
    "json_agg",
    "jsonb_agg",
    "string_agg",
    "array_agg",
    "group_concat",
    "listagg",
    "xmlagg",
    "json_arrayagg",
    "json_group_array",
    "row_to_json",
];

/// Rows that somebody looks at.
const FEW: u64 = 1000;
