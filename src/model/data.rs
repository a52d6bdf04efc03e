//! Personal data and secrets by kind.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident => $name:literal,)+) => {
        /// What a masked value is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum DataKind {
            $($(#[doc = $doc])+ $kind,)+
        }

        impl DataKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// The name that policy, JSON and people use.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// An e-mail address (RFC 5321 mailbox without quoting).
    Email => "email",
    /// A telephone number.
    Phone => "phone",
    /// A payment card number (ISO/IEC 7812, Luhn), its code or its holder's PIN.
    PaymentCard => "payment_card",
    /// An international bank account number (ISO 13616).
    Iban => "iban",
    /// A national bank account or routing number, in context.
    BankAccount => "bank_account",
    /// A United States social security number.
    UsSsn => "us_ssn",
    /// A United States individual taxpayer number.
    UsItin => "us_itin",
    /// A United Kingdom national insurance number.
    UkNino => "uk_nino",
    /// A United Kingdom NHS number.
    UkNhs => "uk_nhs",
    /// An Indian Aadhaar number.
    InAadhaar => "in_aadhaar",
    /// A Brazilian taxpayer number of a person.
    BrCpf => "br_cpf",
    /// A Brazilian taxpayer number of a company.
    BrCnpj => "br_cnpj",
    /// A passport number.
    Passport => "passport",
    /// A personal number that a state gives out, of any other country.
    NationalId => "national_id",
    /// The number of a driving licence.
    DriverLicence => "driver_licence",
    /// A date of birth.
    DateOfBirth => "date_of_birth",
    /// The name of a person.
    PersonName => "person_name",
    /// A postal address or a part of one.
    PostalAddress => "postal_address",
    /// An IPv4 or IPv6 address.
    IpAddress => "ip_address",
    /// A hardware address.
    MacAddress => "mac_address",
    /// A UUID (RFC 9562).
    Uuid => "uuid",
    /// A key of a cloud provider.
    CloudKey => "cloud_key",
    /// A token of another service.
    Token => "token",
    /// A JSON web token (RFC 7519).
    Jwt => "jwt",
    /// What follows `Bearer` or `Basic`.
    Authorization => "authorization",
    /// A private key.
    PrivateKey => "private_key",
    /// A password.
    Password => "password",
    /// The hash of a password.
    PasswordHash => "password_hash",
    /// Another secret, by the name of its key.
    Secret => "secret",
    /// What a rule of the site finds.
    Custom => "custom",
}

impl DataKind {
    /// Whether whoever has the value can act with it: a key, a password, a token.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        matches!(
            self,
            Self::CloudKey
                | Self::Token
                | Self::Jwt
                | Self::Authorization
                | Self::PrivateKey
                | Self::Password
                | Self::PasswordHash
                | Self::Secret
        )
    }

    /// Whether it is masked only where somebody asks for it: addresses of machines and identifiers are what an engineer works with.
    #[must_use]
    pub const fn is_opt_in(self) -> bool {
        matches!(self, Self::IpAddress | Self::MacAddress | Self::Uuid)
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for DataKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How many values of one kind were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What they are.
    pub kind: DataKind,
    /// How many.
    pub count: u32,
}

impl Finding {
    /// `email ×12, us_ssn ×3`.
    #[must_use]
    pub fn list(findings: &[Self]) -> String {
        let list: Vec<_> = findings.iter().map(|found| format!("{} ×{}", found.kind, found.count)).collect();
        list.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_one_name_everywhere() {
        for kind in DataKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert_eq!(DataKind::named(kind.as_str()), Some(*kind));
        }
    }
}
