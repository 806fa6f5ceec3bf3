//! Fields that are volumes.

use syn::{Ident, LitInt};

use crate::attr::{Entries, Errors, Key};

pub(super) const VOLUME: Key = Key { name: "volume", example: "volume = \"mount\"" };
pub(super) const PATH: Key = Key { name: "path", example: "path = \"/mnt/ssd.*\"" };
pub(super) const MAX_SIZE: Key = Key { name: "max_size", example: "max_size = 4096" };

/// What a volume is taken from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum VolumeDisk {
    Path,
    Mount,
}

impl VolumeDisk {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Mount => "mount",
        }
    }
}

/// A field that is a volume.
pub(crate) struct Volume {
    pub(crate) disk: VolumeDisk,
    pub(crate) path: Option<String>,
    pub(crate) max_size: Option<u64>,
}

impl Volume {
    /// Reads the attributes of a volume, if the field is one.
    pub(super) fn of(field: &Ident, entries: &Entries, name: &Key, errors: &mut Errors) -> Option<Self> {
        let path = entries.text(&PATH, errors);
        let max_size = entries.number(&MAX_SIZE, errors);
        if !entries.has(&VOLUME) {
            for key in [&PATH, &MAX_SIZE].into_iter().filter(|key| entries.has(key)) {
                let message =
                    format!("`{}` is about a volume; write `{}` beside it", key.name, VOLUME.example);
                errors.add(field.span(), message);
            }
            return None;
        }
        if entries.has(name) {
            errors.add(
                field.span(),
                format!("field `{field}`: a volume is of the resource `disk`; drop `name`"),
            );
        }
        let disk = disk(field, entries, errors)?;
        if let Some(number) = max_size.as_ref().filter(|_| disk == VolumeDisk::Path) {
            errors.add(
                number.span(),
                "`max_size` is for `volume = \"mount\"`: of a path, only what is needed is taken",
            );
        }
        let max_size = max_size.and_then(|number| megabytes(&number, errors));
        Some(Self { disk, path: path.map(|path| path.value()), max_size })
    }
}

fn disk(field: &Ident, entries: &Entries, errors: &mut Errors) -> Option<VolumeDisk> {
    let given = entries.text(&VOLUME, errors)?;
    match given.value().as_str() {
        "path" => return Some(VolumeDisk::Path),
        "mount" => return Some(VolumeDisk::Mount),
        _ => {}
    }
    let message = format!(
        "field `{field}`: `volume` is \"path\", a part of a disk, or \"mount\", a whole one; \
         for space on the root disk, call the field `disk`"
    );
    errors.add(given.span(), message);
    None
}

fn megabytes(number: &LitInt, errors: &mut Errors) -> Option<u64> {
    let parsed = number.base10_parse();
    parsed
        .map_err(|error| {
            errors.add(number.span(), format!("`max_size` is not a number of megabytes: {error}"))
        })
        .ok()
}
