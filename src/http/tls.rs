//! Name look-up and TLS below the transport: the system's trust store, `SSL_CERT_FILE`, what
//! `--ca-file` adds, a client certificate. No switch turns verification off.

use super::Failure;
use crate::error::{Error, Result};
use ::ureq::{
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{
            Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
            TransportAdapter, time,
        },
    },
};
use rustls::{
    ClientConfig, ClientConnection, StreamOwned,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use std::{
    cell::Cell,
    fmt,
    io::{Read, Write},
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

/// What an attempt is doing, for the message of the one that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Lookup,
    Connecting,
    Handshake,
    Waiting,
    Body,
}

impl Phase {
    pub(super) const fn doing(self) -> &'static str {
        match self {
            Self::Lookup => "while looking up the name",
            Self::Connecting => "while connecting",
            Self::Handshake => "during the TLS handshake",
            Self::Waiting => "while waiting for the answer",
            Self::Body => "while reading the body",
        }
    }
}

thread_local! {
    // An attempt stays on its thread, look-up and connect included.
    static PHASE: Cell<Phase> = const { Cell::new(Phase::Waiting) };
    static PINNED: Cell<Option<SocketAddr>> = const { Cell::new(None) };
}

/// Connects this thread's attempt to an address, whatever the name's own are.
pub(super) fn pin(address: Option<SocketAddr>) {
    PINNED.set(address);
}

pub(super) fn enter(phase: Phase) {
    PHASE.set(phase);
}

pub(super) fn phase() -> Phase {
    PHASE.get()
}

/// A link of the chain that only notes how far it came.
#[derive(Debug)]
pub(super) struct Enter(pub Phase);

impl<In: Transport> Connector<In> for Enter {
    type Out = In;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> std::result::Result<Option<In>, ::ureq::Error> {
        enter(self.0);
        Ok(chained)
    }
}

/// Looks names up within the deadline; an address needs no look-up.
#[derive(Debug, Default)]
pub(super) struct Names(DefaultResolver);

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> std::result::Result<ResolvedSocketAddrs, ::ureq::Error> {
        if let Some(pinned) = PINNED.get() {
            let mut found = self.empty();
            found.push(pinned);
            return Ok(found);
        }
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = host.parse::<IpAddr>() {
            let port = if uri.scheme_str() == Some("https") { 443 } else { 80 };
            let mut found = self.empty();
            found.push(SocketAddr::new(address, uri.port_u16().unwrap_or(port)));
            return Ok(found);
        }
        enter(Phase::Lookup);
        let found = self.0.resolve(uri, config, timeout)?;
        enter(Phase::Waiting);
        Ok(found)
    }
}

/// Wraps connections to https.
pub(super) struct Tls {
    authorities: Vec<CertificateDer<'static>>,
    client: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    provider: Arc<CryptoProvider>,
    /// Made by the first connection that needs it: reading the trust store takes milliseconds.
    config: OnceLock<Arc<ClientConfig>>,
}

impl Tls {
    /// Reads what the user named, so that a bad file ends the command before any request.
    pub(super) fn new(ca_file: Option<&Path>, client: Option<&(PathBuf, PathBuf)>) -> Result<Self> {
        let authorities =
            ca_file.map(|path| certificates("--ca-file", path)).transpose()?.unwrap_or_default();
        let client = client.map(|(certificate, key)| -> Result<_> {
            Ok((certificates("client_cert", certificate)?, private_key(key)?))
        });
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = Self { authorities, client: client.transpose()?, provider, config: OnceLock::new() };
        if let Some((chain, key)) = &tls.client {
            let key = key.clone_key();
            rustls::sign::CertifiedKey::from_der(chain.clone(), key, &tls.provider).map_err(|error| {
                Error::Config(format!("client_cert and client_key do not belong together: {error}"))
            })?;
        }
        if !tls.authorities.is_empty() {
            tls.config().map_err(|error| Error::Config(format!("--ca-file cannot be used: {error}")))?;
        }
        Ok(tls)
    }

    fn config(&self) -> std::result::Result<Arc<ClientConfig>, rustls::Error> {
        if let Some(config) = self.config.get() {
            return Ok(Arc::clone(config));
        }
        let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(
            self.authorities.iter().cloned(),
            Arc::clone(&self.provider),
        )?;
        #[cfg(feature = "planted")]
        let verifier = super::credulous::Credulous(verifier);
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            // Its name notwithstanding: this is the system's own verifier.
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let config = match &self.client {
            Some((chain, key)) => builder.with_client_auth_cert(chain.clone(), key.clone_key())?,
            None => builder.with_no_client_auth(),
        };
        Ok(Arc::clone(self.config.get_or_init(|| Arc::new(config))))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

/// The link of the chain that puts connections under TLS; chains of one transport share it.
#[derive(Debug)]
pub(super) struct Secure(pub Arc<Tls>);

impl<In: Transport> Connector<In> for Secure {
    type Out = Either<In, Secured>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> std::result::Result<Option<Self::Out>, ::ureq::Error> {
        let Some(transport) = chained else { return Ok(None) };
        if !details.needs_tls() {
            return Ok(Some(Either::A(transport)));
        }
        let host = details.uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| ::ureq::Error::Tls("the host has no name that a certificate could bear"))?;
        let mut session = ClientConnection::new(self.0.config()?, name)?;
        let mut socket = TransportAdapter::new(transport.boxed(), details.current_time.clone());
        socket.set_timeout(left(details));
        session.complete_io(&mut socket)?;
        let buffers =
            LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Either::B(Secured { buffers, stream: StreamOwned::new(session, socket) })))
    }
}

/// What the look-up and the TCP connect left of the time to connect.
fn left(details: &ConnectionDetails<'_>) -> NextTimeout {
    let mut timeout = details.timeout;
    if let (false, time::Instant::Exact(before), time::Instant::Exact(now)) =
        (timeout.after.is_not_happening(), details.now, (details.current_time)())
    {
        timeout.after =
            time::Duration::Exact(timeout.after.saturating_sub(now.saturating_duration_since(before)));
    }
    timeout
}

/// A connection under TLS.
pub(super) struct Secured {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl fmt::Debug for Secured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secured")
    }
}

impl Transport for Secured {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(
        &mut self,
        amount: usize,
        timeout: NextTimeout,
    ) -> std::result::Result<(), ::ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        self.stream.write_all(&self.buffers.output()[..amount])?;
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> std::result::Result<bool, ::ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let read = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(read);
        Ok(read > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.sock.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

/// What a TLS error means for whoever runs the command.
pub(super) fn failure(error: &rustls::Error) -> Failure {
    use rustls::{AlertDescription, CertificateError, Error};
    Failure::Final(match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "TLS: the certificate's issuer is unknown here; if it is your own authority, name it with --ca-file".into()
        }
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "TLS: the server's certificate has expired (or this machine's clock is wrong)".into()
        }
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "TLS: the server's certificate is for another name".into(),
        Error::AlertReceived(AlertDescription::CertificateRequired) => {
            "TLS: the server demands a client certificate; set client_cert and client_key in the profile".into()
        }
        Error::AlertReceived(
            AlertDescription::UnknownCA | AlertDescription::BadCertificate | AlertDescription::AccessDenied,
        ) => format!("TLS: the server refuses the client certificate: {error}"),
        Error::InvalidMessage(_) => "TLS: the server does not speak TLS on this port".into(),
        other => format!("TLS: {other}"),
    })
}

fn certificates(name: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let pem = read(name, path)?;
    let found: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(Error::Config(format!("{name} {} holds no PEM certificate", path.display()))),
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let pem = zeroize::Zeroizing::new(read("client_key", path)?);
    PrivateKeyDer::from_pem_slice(&pem)
        .map_err(|_| Error::Config(format!("client_key {} holds no PEM private key", path.display())))
}

fn read(name: &str, path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path)
        .map_err(|error| Error::Config(format!("{name} {} cannot be read: {error}", path.display())))
}
