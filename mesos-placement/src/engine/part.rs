//! Sorted places, in blocks that know the most that any of their places has free.

use std::cmp::Reverse;

use super::free_amounts::FreeAmounts;

/// A place with the strategy's score before the task is added. The best places come first; ties go
/// to the place that was known first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) score: Reverse<i64>,
    pub(crate) place: usize,
}

/// Sorted places.
#[derive(Debug, Default)]
pub(crate) struct Part {
    blocks: Vec<Block>,
    /// How many places a block may have, if more than [`BLOCK`].
    size: usize,
}

/// A non-empty run of consecutive places.
#[derive(Debug)]
pub(crate) struct Block {
    entries: Vec<Entry>,
    /// The most that any of the places has free, by column.
    pub(crate) most: Vec<i64>,
    /// The place that was known first.
    pub(crate) lowest: usize,
}

/// The smallest size limit of a block. With many places, the limit is the square root of their
/// number, so that there are as many blocks as places in a block.
const BLOCK: usize = 20;

impl Part {
    pub(crate) fn new(mut entries: Vec<Entry>, amounts: &FreeAmounts) -> Self {
        entries.sort_unstable();
        let size = entries.len().isqrt().max(BLOCK);
        let halves = entries.chunks(size / 2);
        Self { blocks: halves.map(|half| Block::new(half.to_vec(), amounts)).collect(), size }
    }

    /// Returns one of the places, if there are any.
    pub(crate) fn any(&self) -> Option<usize> {
        self.blocks.first().and_then(|block| block.entries.first()).map(|entry| entry.place)
    }

    /// Returns, in order, the blocks that may have places with this much free of these columns.
    pub(crate) fn blocks(&self, asked: &[(usize, i64)]) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(|block| asked.iter().all(|(column, asked)| block.most[*column] >= *asked))
    }

    pub(crate) fn insert(&mut self, entry: Entry, amounts: &FreeAmounts) {
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

    pub(crate) fn remove(&mut self, entry: Entry, amounts: &FreeAmounts) {
        let number = self.block_of(entry);
        let Some(block) = self.blocks.get_mut(number) else { return };
        block.entries.retain(|other| *other != entry);
        if block.entries.is_empty() {
            self.blocks.remove(number);
        } else {
            block.count(amounts);
        }
    }

    /// Returns the number of the block that an entry belongs to: the last one that begins before
    /// it, or the first.
    fn block_of(&self, entry: Entry) -> usize {
        let begin_before = self.blocks.partition_point(|block| block.entries.first() <= Some(&entry));
        begin_before.saturating_sub(1)
    }
}

impl Block {
    /// Returns the places in order.
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> {
        self.entries.iter().map(|entry| entry.place)
    }

    fn new(entries: Vec<Entry>, amounts: &FreeAmounts) -> Self {
        let mut block = Self { entries, most: vec![0; amounts.columns()], lowest: 0 };
        block.count(amounts);
        block
    }

    fn insert(&mut self, entry: Entry, amounts: &FreeAmounts) {
        let index = self.entries.partition_point(|other| *other < entry);
        self.entries.insert(index, entry);
        self.lowest = self.lowest.min(entry.place);
        for (column, most) in self.most.iter_mut().enumerate() {
            *most = (*most).max(amounts.free(column)[entry.place]);
        }
    }

    fn count(&mut self, amounts: &FreeAmounts) {
        self.lowest = self.places().min().unwrap_or(0);
        for (column, most) in self.most.iter_mut().enumerate() {
            let free = amounts.free(column);
            *most = self.entries.iter().map(|entry| free[entry.place]).max().unwrap_or(0);
        }
    }
}
