//! unauthorised
