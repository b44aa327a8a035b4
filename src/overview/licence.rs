//! The licence of a model: what its card says, its metadata, or the name of a file.

use super::assets::Assets;
use super::brief;
use super::facts::metadata_text;
use crate::error::Result;
use crate::model::Model;

/// The model card, which the Hub wants to begin with lines of YAML.
const CARD: &str = "README.md";

/// Keys of metadata that name the licence.
const KEYS: &[&str] = &["modelspec.license", "general.license", "model_license", "license", "licence"];

/// How the names of files with a licence begin.
const FILES: &[&str] = &["LICENSE", "LICENCE", "COPYING"];

pub(super) fn licence(model: &Model, assets: &mut Assets<'_>) -> Result<Option<String>> {
    let card = assets.text(CARD)?;
    let of_card = card.as_deref().and_then(|card| std::str::from_utf8(card).ok()).and_then(of_card);
    let of_file = || model.assets().iter().find(|name| is_licence(name)).map(String::as_str);
    of_card.or_else(|| metadata_text(model, KEYS)).or_else(of_file).map(brief).transpose()
}

fn is_licence(name: &str) -> bool {
    let begins = |start: &&str| name.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
    FILES.iter().any(begins)
}

/// The licence that the front matter names. One that the Hub has no word for is `other`, and its name is the value of another
/// key.
fn of_card(card: &str) -> Option<&str> {
    let licence = value_of(card, "license")?;
    if licence == "other" { value_of(card, "license_name").or(Some(licence)) } else { Some(licence) }
}

/// The value of a key in the front matter: on its line, or in the first line of a list below it.
fn value_of<'a>(card: &'a str, key: &str) -> Option<&'a str> {
    const FENCE: &str = "---";
    let mut lines = card.trim_start_matches('\u{feff}').lines();
    if lines.next()?.trim_end() != FENCE {
        return None;
    }
    let mut lines = lines.take_while(|line| line.trim_end() != FENCE);
    let value = lines.find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix(':'))?;
    let mut listed = || lines.next()?.trim_start().strip_prefix("- ");
    scalar(value).or_else(|| scalar(listed()?))
}

/// A scalar of YAML on one line, without quotes and comment.
fn scalar(text: &str) -> Option<&str> {
    let text = text.trim();
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''));
    let value = match quote {
        Some(quote) => text[1..].split(quote).next()?,
        None if text.starts_with('#') => "",
        None => text.split(" #").next()?.trim_end(),
    };
    (!value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_licence_of_a_card_is_read_from_its_front_matter_only() {
        for (card, licence) in [
            ("---\nlicense: mit\n---\n", Some("mit")),
            ("\u{feff}---\r\nlicense: \"apache-2.0\" # yes\r\n---\r\n", Some("apache-2.0")),
            ("---\nlanguage: en\nlicense : mit # yes\n---", Some("mit")),
            ("---\nlicense:\n- mit\n- other\n---", Some("mit")),
            ("---\nlicense: other\nlicense_name: 'made up'\n---", Some("made up")),
            ("---\nlicense: other\n---\nlicense_name: x\n", Some("other")),
            ("---\nmodel:\n  license: mit\n---\n", None),
            ("---\nlicense: # none\n---\n", None),
            ("---\nlanguage: en\n---\nlicense: mit\n", None),
            ("# A model\nlicense: mit\n", None),
            ("---", None),
            ("", None),
        ] {
            assert_eq!(of_card(card), licence, "{card:?}");
        }
    }

    #[test]
    fn files_with_a_licence_are_known_by_their_names() {
        assert!(["LICENSE", "license.txt", "LICENSE-MODEL", "Copying"].iter().all(|name| is_licence(name)));
        assert!(["LICENS", "é", "README.md", "USE_POLICY.md"].iter().all(|name| !is_licence(name)));
    }
}
