//! Writes that are too large for one transaction: they are staged in pieces, committed by a single
//! node, and then made in parts. A write that was committed and not finished is finished later.

use zookeeper_client::Error;

use super::problem::{corrupt, failed};
use super::records::Keys;
use super::transaction::{Step, Writer, parts};
use crate::store::{Change, StoreError, StoreErrorKind};

/// The largest piece, in bytes.
const PIECE: usize = 512 << 10;

/// Makes changes as a whole.
pub(super) async fn write(
    writer: &Writer<'_>,
    changes: &[Vec<Change>],
    keys: &mut Keys,
) -> Result<(), StoreError> {
    clear(writer).await?;
    let data = serde_json::to_vec(changes).map_err(|error| {
        StoreError::new(StoreErrorKind::Corrupt, format!("the changes can't be written: {error}"))
    })?;
    let pieces = data.chunks(PIECE);
    let count = pieces.len().to_string();
    for (number, piece) in pieces.enumerate() {
        writer.commit(&[Step::Create(writer.nodes.piece(number), piece)]).await?;
    }
    writer.commit(&[Step::Create(writer.nodes.committed(), count.as_bytes())]).await?;
    finish(writer, keys).await
}

/// Makes the changes of a write that was committed, if there is one.
pub(super) async fn finish(writer: &Writer<'_>, keys: &mut Keys) -> Result<(), StoreError> {
    let node = writer.nodes.committed();
    let Some(count) = data(writer, &node).await? else { return Ok(()) };
    let count = std::str::from_utf8(&count).ok().and_then(|count| count.parse::<usize>().ok());
    let count = count.ok_or_else(|| corrupt(writer.at, &node, "is not a number"))?;
    let mut bytes = Vec::new();
    for number in 0..count {
        let node = writer.nodes.piece(number);
        let piece = data(writer, &node).await?;
        bytes.extend(piece.ok_or_else(|| corrupt(writer.at, &node, "is missing"))?);
    }
    let changes: Vec<Vec<Change>> = serde_json::from_slice(&bytes)
        .map_err(|error| corrupt(writer.at, &writer.nodes.staged(), &format!("can't be read ({error})")))?;
    for part in parts(writer.nodes, changes.concat()) {
        writer.apply(&part, keys).await?;
    }
    clear(writer).await
}

/// Removes what is staged.
async fn clear(writer: &Writer<'_>) -> Result<(), StoreError> {
    let staged = writer.nodes.staged();
    let pieces = writer.client.list_children(&staged).await;
    let pieces =
        pieces.map_err(|error| failed(&format!("no write can be staged in {}", writer.at), &error))?;
    let deletes: Vec<_> = pieces.iter().map(|piece| Step::Delete(format!("{staged}/{piece}"))).collect();
    match deletes.is_empty() {
        true => Ok(()),
        false => writer.commit(&deletes).await,
    }
}

async fn data(writer: &Writer<'_>, node: &str) -> Result<Option<Vec<u8>>, StoreError> {
    match writer.client.get_data(node).await {
        Ok((data, _)) => Ok(Some(data)),
        Err(Error::NoNode) => Ok(None),
        Err(error) => Err(failed(&format!("a staged write can't be read from {}", writer.at), &error)),
    }
}
