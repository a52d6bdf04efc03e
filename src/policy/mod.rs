//! May this principal cause these effects here, now?

pub mod permit;
