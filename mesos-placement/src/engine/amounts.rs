//! How much of each resource a claim may take, place by place.

use super::claim::Claim;
use super::site::Site;

/// How much of each resource a claim may take.
#[derive(Debug)]
pub(crate) struct Amounts {
    pub(crate) claim: Claim,
    columns: Vec<Column>,
}

#[derive(Debug)]
struct Column {
    name: String,
    free: Vec<i64>,
}

impl Amounts {
    pub(crate) fn new(claim: Claim) -> Self {
        Self { claim, columns: Vec::new() }
    }

    /// The column of a resource.
    pub(crate) fn column(&mut self, name: &str, sites: &[Site]) -> usize {
        self.columns.iter().position(|column| column.name == name).unwrap_or_else(|| {
            let free = sites.iter().map(|site| site.pool.free(&self.claim, name)).collect();
            self.columns.push(Column { name: name.to_owned(), free });
            self.columns.len() - 1
        })
    }

    pub(crate) fn set(&mut self, place: usize, site: &Site) {
        for column in &mut self.columns {
            if place >= column.free.len() {
                column.free.resize(place + 1, 0);
            }
            column.free[place] = site.pool.free(&self.claim, &column.name);
        }
    }

    pub(crate) fn name(&self, column: usize) -> &str {
        &self.columns[column].name
    }

    /// What is free at each place.
    pub(crate) fn free(&self, column: usize) -> &[i64] {
        &self.columns[column].free
    }
}
