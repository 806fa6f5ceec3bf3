//! Places in order, in blocks that tell what they have at most.

use std::cmp::Reverse;

use super::amounts::Amounts;

/// A place, with what the strategy says of it before a task is there. The best ones come first, then those known first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) share: Reverse<i64>,
    pub(crate) place: usize,
}

/// Places in order.
#[derive(Debug, Default)]
pub(crate) struct Part {
    blocks: Vec<Block>,
    /// How many places a block has at most, if more than [`BLOCK`].
    size: usize,
}

/// Places that come one after the other, never none.
#[derive(Debug)]
pub(crate) struct Block {
    entries: Vec<Entry>,
    /// The most that any of them has free, of each column.
    pub(crate) most: Vec<i64>,
    /// The place that was known first.
    pub(crate) lowest: usize,
}

/// How many places a block may have at least. Of many places there are as many blocks as places in a block.
const BLOCK: usize = 20;

impl Part {
    pub(crate) fn new(mut entries: Vec<Entry>, amounts: &Amounts) -> Self {
        entries.sort_unstable();
        let size = entries.len().isqrt().max(BLOCK);
        let halves = entries.chunks(size / 2);
        Self { blocks: halves.map(|half| Block::new(half.to_vec(), amounts)).collect(), size }
    }

    /// One of the places, if there are any.
    pub(crate) fn any(&self) -> Option<usize> {
        self.blocks.first().and_then(|block| block.entries.first()).map(|entry| entry.place)
    }

    /// The blocks in order that may have places with so much free of these columns.
    pub(crate) fn blocks(&self, asked: &[(usize, i64)]) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(|block| asked.iter().all(|(column, asked)| block.most[*column] >= *asked))
    }

    pub(crate) fn insert(&mut self, entry: Entry, amounts: &Amounts) {
        let number = self.block_of(entry);
        let Some(block) = self.blocks.get_mut(number) else {
            return self.blocks.push(Block::new(vec![entry], amounts));
        };
        block.insert(entry, amounts);
        if block.entries.len() > self.size.max(BLOCK) {
            let upper = block.entries.split_off(block.entries.len() / 2);
            block.count(amounts);
            self.blocks.insert(number + 1, Block::new(upper, amounts));
        }
    }

    pub(crate) fn remove(&mut self, entry: Entry, amounts: &Amounts) {
        let number = self.block_of(entry);
        let Some(block) = self.blocks.get_mut(number) else { return };
        block.entries.retain(|other| *other != entry);
        if block.entries.is_empty() {
            self.blocks.remove(number);
        } else {
            block.count(amounts);
        }
    }

    /// The number of the block that an entry belongs to: the last one that begins before it, or the first.
    fn block_of(&self, entry: Entry) -> usize {
        let begin_before = self.blocks.partition_point(|block| block.entries.first() <= Some(&entry));
        begin_before.saturating_sub(1)
    }
}

impl Block {
    /// The places in order.
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> {
        self.entries.iter().map(|entry| entry.place)
    }

    fn new(entries: Vec<Entry>, amounts: &Amounts) -> Self {
        let mut block = Self { entries, most: vec![0; amounts.columns()], lowest: 0 };
        block.count(amounts);
        block
    }

    fn insert(&mut self, entry: Entry, amounts: &Amounts) {
        let index = self.entries.partition_point(|other| *other < entry);
        self.entries.insert(index, entry);
        self.lowest = self.lowest.min(entry.place);
        for (column, most) in self.most.iter_mut().enumerate() {
            *most = (*most).max(amounts.free(column)[entry.place]);
        }
    }

    fn count(&mut self, amounts: &Amounts) {
        self.lowest = self.places().min().unwrap_or(0);
        for (column, most) in self.most.iter_mut().enumerate() {
            let free = amounts.free(column);
            *most = self.entries.iter().map(|entry| free[entry.place]).max().unwrap_or(0);
        }
    }
}
