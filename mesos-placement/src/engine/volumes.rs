//! Which disks and persistent volumes a task gets.

use std::collections::BTreeMap;

use mesos_sdk::proto::v1::Resource;

use super::claim::Claim;
use super::disk::Disk;
use super::piece::Piece;
use super::pool::Pool;
use crate::needs::is_match;
use crate::{DiskType, Needs, PersistentNeed, VolumeNeed};

/// A volume that a task needs.
#[derive(Clone, Copy)]
enum Volume<'a> {
    New(&'a VolumeNeed),
    Existing(&'a PersistentNeed),
}

/// Where a volume may be.
enum Slot {
    /// Anywhere on the root disk.
    Root,
    /// On the parts of the disk with this path.
    Path(String),
    /// The whole piece with this number.
    Piece(usize),
}

/// How many ways to give volumes to a task are tried at most.
const MAX_TRIES: usize = 1000;

impl Pool {
    pub(crate) fn has_volumes(&self, claim: &Claim, needs: &Needs) -> bool {
        let new = needs.volumes.iter().map(Volume::New);
        needs.volumes.iter().all(|volume| volume.disk == DiskType::Root)
            || self.can_take(claim, &new.collect::<Vec<_>>())
    }

    pub(crate) fn has_persistent(&self, claim: &Claim, needs: &Needs) -> bool {
        let existing = needs.persistent.iter().map(Volume::Existing);
        needs.persistent.is_empty() || self.can_take(claim, &existing.collect::<Vec<_>>())
    }

    fn can_take(&self, claim: &Claim, volumes: &[Volume<'_>]) -> bool {
        self.clone().take_each(claim, volumes, &mut Vec::new(), &mut MAX_TRIES.clone()).is_some()
    }

    /// Takes the smallest suitable disks.
    pub(crate) fn take_volumes(
        &mut self,
        claim: &Claim,
        needs: &Needs,
        taken: &mut Vec<Resource>,
    ) -> Option<()> {
        let new = needs.volumes.iter().map(Volume::New);
        let volumes: Vec<_> = needs.persistent.iter().map(Volume::Existing).chain(new).collect();
        self.take_each(claim, &volumes, taken, &mut MAX_TRIES.clone())
    }

    /// Takes one volume after the other; where that leaves no room for a later one, another disk is
    /// tried.
    fn take_each(
        &mut self,
        claim: &Claim,
        volumes: &[Volume<'_>],
        taken: &mut Vec<Resource>,
        tries: &mut usize,
    ) -> Option<()> {
        let [volume, others @ ..] = volumes else { return Some(()) };
        for slot in self.slots(claim, *volume) {
            *tries = tries.checked_sub(1)?;
            let (mut pool, before) = (self.clone(), taken.len());
            let took = pool.take_from(claim, *volume, &slot, taken);
            if took.and_then(|()| pool.take_each(claim, others, taken, tries)).is_some() {
                *self = pool;
                return Some(());
            }
            taken.truncate(before);
        }
        None
    }

    /// Returns where a volume may be, the smallest places first.
    fn slots(&self, claim: &Claim, volume: Volume<'_>) -> Vec<Slot> {
        match volume {
            Volume::New(need) => match need.disk {
                DiskType::Root => vec![Slot::Root],
                DiskType::Path => self.paths(claim, need),
                DiskType::Mount => self.wholes(|piece| need.takes_mount(claim, piece)),
            },
            Volume::Existing(need) => self.wholes(|piece| need.takes(claim, piece)),
        }
    }

    fn paths(&self, claim: &Claim, need: &VolumeNeed) -> Vec<Slot> {
        let mut paths: BTreeMap<&String, i64> = BTreeMap::new();
        for piece in self.usable(claim) {
            if let Disk::Path(path) = &piece.disk
                && need.takes_path(path)
            {
                let free = paths.entry(path).or_default();
                *free = free.saturating_add(piece.size());
            }
        }
        let enough = paths.into_iter().filter(|(_, free)| *free >= need.size.thousandths());
        let mut enough: Vec<_> = enough.collect();
        enough.sort_by_key(|(_, free)| *free);
        enough.into_iter().map(|(path, _)| Slot::Path(path.clone())).collect()
    }

    fn wholes(&self, fits: impl Fn(&Piece) -> bool) -> Vec<Slot> {
        let pieces = self.pieces.iter().enumerate();
        let mut fitting: Vec<_> = pieces.filter(|(_, piece)| piece.size() > 0 && fits(piece)).collect();
        fitting.sort_by_key(|(_, piece)| (piece.size(), piece.volume(), piece.path()));
        fitting.into_iter().map(|(number, _)| Slot::Piece(number)).collect()
    }

    fn take_from(
        &mut self,
        claim: &Claim,
        volume: Volume<'_>,
        slot: &Slot,
        taken: &mut Vec<Resource>,
    ) -> Option<()> {
        let Slot::Piece(number) = slot else {
            let Volume::New(need) = volume else { return None };
            return self.take_size(claim, need, slot, taken);
        };
        let piece = &mut self.pieces[*number];
        taken.push(piece.resource.clone());
        // Others may use a shared one as well.
        if piece.resource.shared.is_none() {
            piece.take_all();
        }
        Some(())
    }

    fn take_size(
        &mut self,
        claim: &Claim,
        need: &VolumeNeed,
        slot: &Slot,
        taken: &mut Vec<Resource>,
    ) -> Option<()> {
        let size = need.size.thousandths();
        let Slot::Path(path) = slot else { return self.take_amount(claim, "disk", size, taken) };
        let is_there = |piece: &Piece| matches!(&piece.disk, Disk::Path(other) if other == path);
        self.take_of(claim, size, taken, is_there)
    }
}

impl VolumeNeed {
    fn takes_mount(&self, claim: &Claim, piece: &Piece) -> bool {
        let Disk::Mount(path) = &piece.disk else { return false };
        let size = piece.size();
        claim.takes(piece)
            && size >= self.size.thousandths()
            && self.max_size.is_none_or(|most| size <= most.thousandths())
            && self.takes_path(path)
    }
}

impl PersistentNeed {
    fn takes(&self, claim: &Claim, piece: &Piece) -> bool {
        let Some(disk) = &piece.resource.disk else { return false };
        let Some(persistence) = &disk.persistence else { return false };
        let takes_labels = match &self.labels {
            Some(labels) => *labels == piece.labels,
            None => claim.takes_labels(piece),
        };
        claim.takes_role(piece)
            && takes_labels
            && self.id.as_ref().is_none_or(|id| *id == persistence.id)
            && self.role.as_ref().is_none_or(|role| *role == piece.role)
            && piece.size() >= self.size.thousandths()
            && self.takes_disk(&Disk::of_volume(disk))
    }

    fn takes_disk(&self, disk: &Disk) -> bool {
        let (kind, path) = match disk {
            Disk::Root => (DiskType::Root, ""),
            Disk::Path(path) => (DiskType::Path, path.as_str()),
            Disk::Mount(path) => (DiskType::Mount, path.as_str()),
            Disk::Other => return false,
        };
        self.disk.is_none_or(|wanted| wanted == kind) && is_match(self.path_matches.as_ref(), path)
    }
}
