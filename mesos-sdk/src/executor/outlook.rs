//! What an executor has to notice: nothing.

use super::event::Delivery;
use crate::proto::v1::executor::Call;
use crate::session::Outlook;

/// Notices nothing.
#[derive(Default)]
pub(crate) struct ExecutorOutlook;

impl Outlook for ExecutorOutlook {
    type Delivery = Delivery;
    type Call = Call;
}
