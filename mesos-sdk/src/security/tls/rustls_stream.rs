//! A connection that rustls protects.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::{self, AlertDescription};

use crate::http::Io;

/// Its errors have the kind [`PermissionDenied`](io::ErrorKind::PermissionDenied) where the peer
/// refuses the client's certificate.
pub(super) struct Stream(pub(super) TlsStream<Box<dyn Io>>);

fn classified(error: io::Error) -> io::Error {
    let kind = if refused_certificate(&error) { io::ErrorKind::PermissionDenied } else { error.kind() };
    error.downcast::<rustls::Error>().map_or_else(|other| other, |cause| io::Error::new(kind, cause))
}

/// Returns whether the peer has broken off because of the client's certificate, or the lack of one.
/// In TLS 1.3 it reports that after the handshake, in response to the first request.
fn refused_certificate(error: &io::Error) -> bool {
    use AlertDescription::{
        AccessDenied, BadCertificate, CertificateExpired, CertificateRequired, CertificateUnknown, UnknownCA,
    };
    let tls = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
    matches!(
        tls,
        Some(rustls::Error::AlertReceived(
            AccessDenied
                | BadCertificate
                | CertificateExpired
                | CertificateRequired
                | CertificateUnknown
                | UnknownCA
        ))
    )
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer).map_err(classified)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes).map_err(classified)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(context, slices).map_err(classified)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context).map_err(classified)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context).map_err(classified)
    }
}
