//! Lines of a connection, of a bounded length.

use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::wire::LINE_LIMIT;

/// Read at a time, bytes.
const PIECE: usize = 16 * 1024;

/// The reading end of a connection.
pub(super) struct Lines<R> {
    from: R,
    buffer: Vec<u8>,
    /// So far no line feed was found.
    looked: usize,
}

/// What came.
pub(super) enum Came {
    /// Without its line feed.
    Line(Vec<u8>),
    TooLong,
    End,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, buffer: Vec::new(), looked: 0 }
    }

    /// The next line. Can be dropped while it waits: nothing that was read is lost.
    pub(super) async fn next(&mut self) -> Came {
        loop {
            let new = self.buffer.get(self.looked..).unwrap_or_default();
            if let Some(at) = new.iter().position(|byte| *byte == b'\n') {
                let end = self.looked + at;
                let mut line: Vec<u8> = self.buffer.drain(..=end).collect();
                line.truncate(end);
                self.looked = 0;
                return Came::Line(line);
            }
            self.looked = self.buffer.len();
            if self.looked > LINE_LIMIT {
                return Came::TooLong;
            }
            self.buffer.reserve(PIECE);
            match self.from.read_buf(&mut self.buffer).await {
                Ok(1..) => {}
                _ => return Came::End,
            }
        }
    }
}
