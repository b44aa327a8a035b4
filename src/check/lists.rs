//! Lists and texts in messages, no longer than somebody reads.

use std::fmt::{self, Display, Write};

/// How many things of one sort are told.
const MOST_TOLD: usize = 16;

/// Things in a row, or that there is nothing.
pub(super) fn listed_or_nothing<T>(things: impl IntoIterator<Item = T>, text: impl Fn(T) -> String) -> String {
    Some(listed(things, text)).filter(|list| !list.is_empty()).unwrap_or("nothing".to_owned())
}

/// Things in a row, not too many of them.
pub(super) fn listed<T>(things: impl IntoIterator<Item = T>, text: impl Fn(T) -> String) -> String {
    let mut things = things.into_iter();
    let told: Vec<String> = things.by_ref().take(MOST_TOLD).map(text).collect();
    match things.count() {
        0 => told.join(", "),
        more => format!("{} and {more} more", told.join(", ")),
    }
}

/// The start of a text that can be of any length.
pub(super) fn cut(text: impl Display) -> String {
    const LONGEST: usize = 400;
    let mut start = Start { text: String::new(), left: LONGEST };
    if write!(start, "{text}").is_err() {
        start.text.push('…');
    }
    start.text
}

/// Takes so many characters, and then fails.
struct Start {
    text: String,
    left: usize,
}

impl Write for Start {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        for c in more.chars() {
            self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
            self.text.push(c);
        }
        Ok(())
    }
}

/// `1 tensor`, `2 tensors`.
pub(super) fn counted(number: usize, what: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {what}{ending}")
}
