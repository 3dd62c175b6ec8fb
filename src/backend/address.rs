//! From a name to addresses, leaving out those that no back end should have.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::incident::Mode;

/// The host as a look-up wants it: a URL writes an IPv6 address in brackets.
pub(super) fn bare_host(url: &Url) -> Option<&str> {
    Some(url.host_str()?.trim_start_matches('[').trim_end_matches(']'))
}

/// The system's resolver, without link-local and cloud-metadata addresses: a name that leads there
/// is a trap. A URL that names such an address literally is not resolved, so it still works.
#[derive(Clone, Default)]
pub(super) struct Resolver {
    /// It knows no name: a drill looks up none, whatever happens.
    deaf: bool,
    /// What each name led to last, for the record of calls that got no answer.
    seen: Arc<Mutex<HashMap<String, Vec<SocketAddr>>>>,
}

impl Resolver {
    pub(super) fn new(mode: Mode) -> Self {
        Self { deaf: mode == Mode::Drill, ..Self::default() }
    }

    /// The addresses that the name led to last, without ports.
    pub(super) fn seen(&self, host: &str) -> Option<String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let addresses: Vec<_> =
            seen.get(host)?.iter().map(|address| address.ip().to_string()).collect();
        Some(addresses.join(", "))
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (seen, deaf) = (self.seen.clone(), self.deaf);
        Box::pin(async move {
            if deaf {
                // In the words of the system's resolver.
                return Err("Name or service not known".into());
            }
            let all: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed = permitted(name.as_str(), &all)?;
            seen.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(name.as_str().to_owned(), allowed.clone());
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

fn permitted(name: &str, all: &[SocketAddr]) -> Result<Vec<SocketAddr>, String> {
    let allowed: Vec<_> = all.iter().copied().filter(|one| !is_trap(one.ip())).collect();
    match (allowed.is_empty(), all.first()) {
        (false, _) => Ok(allowed),
        (true, Some(trap)) => Err(format!(
            "{name} leads to {}, a link-local or metadata address: write the address itself into \
             the back end's url if that is meant",
            trap.ip()
        )),
        (true, None) => Err(format!("{name} has no address")),
    }
}

/// Amazon's metadata service over IPv6.
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

fn is_trap(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_unspecified() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unicast_link_local() || v6.is_unspecified() || v6 == METADATA_V6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(list: &[&str]) -> Vec<SocketAddr> {
        list.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect()
    }

    #[test]
    fn a_name_that_leads_to_metadata_is_refused() {
        for trap in
            ["169.254.169.254", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254", "0.0.0.0"]
        {
            let words = permitted("search.example.com", &addresses(&[trap])).unwrap_err();
            assert!(words.contains("link-local or metadata"), "{trap}: {words}");
        }
    }

    #[test]
    fn traps_among_good_addresses_are_left_out() {
        let mixed = addresses(&["169.254.169.254", "192.0.2.7", "::1"]);
        assert_eq!(
            permitted("search.example.com", &mixed).unwrap(),
            addresses(&["192.0.2.7", "::1"])
        );
    }
}
