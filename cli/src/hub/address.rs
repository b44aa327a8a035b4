//! How a model on the hub is named.

use std::path::Path;

use weighbridge::Error;

/// The name of a model on the hub.
#[derive(Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// `org/name`, or `name` for a few old models.
    pub name: &'a str,
    /// What follows the `@`: a branch, a tag or a commit, and in a URL then the path.
    revision: Option<&'a str>,
    /// A file or a folder of the model, in a URL without a revision.
    path: &'a str,
    pub is_url: bool,
}

const SCHEME: &str = "hf://";

impl<'a> Address<'a> {
    /// `hf://org/name[@revision][/path]`, or plainly `org/name[@revision]`; `None` if it is neither.
    pub fn parse(model: &'a Path) -> Result<Option<Self>, Error> {
        let Some(text) = model.to_str() else { return Ok(None) };
        let Some(address) = text.strip_prefix(SCHEME) else { return Ok(Self::plain(text)) };
        let address = Self::url(address.trim_matches('/'));
        let form = "expected hf://org/name[@revision][/path], of a model and not of a data set or a space";
        address.map(Some).ok_or_else(|| Error::invalid(form).with_path(text))
    }

    fn plain(text: &'a str) -> Option<Self> {
        let (name, revision) = split_at_sign(text);
        let address = Self { name, revision, path: "", is_url: false };
        (name.contains('/') && address.is_valid()).then_some(address)
    }

    fn url(text: &'a str) -> Option<Self> {
        const OTHERS: [&str; 4] = ["datasets", "spaces", "kernels", "buckets"];
        let text = text.strip_prefix("models/").unwrap_or(text);
        // A sign that comes later belongs to the name of a file.
        let address = match split_at_sign(text) {
            (name, Some(revision)) if name.matches('/').count() < 2 => {
                Self { name, revision: Some(revision), path: "", is_url: true }
            }
            _ => {
                let end = text.match_indices('/').nth(1).map_or(text.len(), |(end, _)| end);
                let path = text.get(end + 1..).unwrap_or_default();
                Self { name: &text[..end], revision: None, path, is_url: true }
            }
        };
        let kind = address.name.split('/').next().unwrap_or_default();
        (address.is_valid() && !OTHERS.contains(&kind)).then_some(address)
    }

    fn is_valid(&self) -> bool {
        let is_plain = |path: &str| path.split('/').all(is_plain);
        let name_parts = self.name.split('/').count();
        (1..=2).contains(&name_parts)
            && self.name.split('/').all(is_name)
            && self.revision.is_none_or(is_plain)
            && (self.path.is_empty() || is_plain(self.path))
    }

    /// The revision, and the path below its snapshot. Branches may have slashes in their names: the one that is there counts.
    pub fn revision_and_path(&self, refs: &Path) -> (Option<&'a str>, &'a str) {
        let Some(revision) = self.revision.filter(|_| self.is_url) else { return (self.revision, self.path) };
        let mut ends: Vec<usize> = revision.match_indices('/').map(|(end, _)| end).collect();
        ends.push(revision.len());
        // The full name of one begins with `refs`, as in refs/pr/1.
        let usual = if revision.starts_with("refs/") { 2 } else { 0 };
        let likely = &ends[usual.min(ends.len() - 1)];
        let end = ends.iter().rev().find(|end| refs.join(&revision[..**end]).is_file()).unwrap_or(likely);
        (Some(&revision[..*end]), revision.get(end + 1..).unwrap_or_default())
    }
}

fn split_at_sign(text: &str) -> (&str, Option<&str>) {
    text.split_once('@').map_or((text, None), |(name, rest)| (name, Some(rest)))
}

/// Whether an organization or a model may have this name, by the rules of the hub.
pub fn is_name(name: &str) -> bool {
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    let is_end = |c| c == '-' || c == '.';
    (1..=96).contains(&name.len())
        && name.bytes().all(is_allowed)
        && !name.starts_with(is_end)
        && !name.ends_with(is_end)
        && !name.contains("--")
        && !name.contains("..")
}

/// Whether it is the name of one file or folder and leads nowhere else.
pub fn is_plain(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['\0', '/', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<(&str, Option<&str>, &str)> {
        let address = Address::parse(Path::new(text)).unwrap()?;
        Some((address.name, address.revision, address.path))
    }

    #[test]
    fn a_url_names_a_model_a_revision_and_a_path() {
        for (text, expected) in [
            ("hf://org/name", ("org/name", None, "")),
            ("hf://models/org/name/", ("org/name", None, "")),
            ("hf://gpt2", ("gpt2", None, "")),
            ("hf://gpt2@main", ("gpt2", Some("main"), "")),
            ("hf://org/name@v1", ("org/name", Some("v1"), "")),
            ("hf://org/name@v1/onnx/model.onnx", ("org/name", Some("v1/onnx/model.onnx"), "")),
            ("hf://org/name/onnx/model@2.onnx", ("org/name", None, "onnx/model@2.onnx")),
        ] {
            assert_eq!(parts(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_plain_name_has_an_organization_and_no_path() {
        assert_eq!(parts("org/name"), Some(("org/name", None, "")));
        assert_eq!(parts("org/name@refs/pr/1"), Some(("org/name", Some("refs/pr/1"), "")));
        for text in
            ["name", "a/b/c", "./name", "../name", "/org/name", "org/", "org/name@", "org/na me", "org/.name", "a--b/c"]
        {
            assert_eq!(parts(text), None, "{text}");
        }
    }

    #[test]
    fn a_url_that_leads_elsewhere_is_refused() {
        for text in [
            "hf://",
            "hf:///",
            "hf://org/name@",
            "hf://org/name@../../x",
            "hf://org/name/../x",
            "hf://../name",
            "hf://org/name//x",
            "hf://org/name/.",
            "hf://org\\x/name",
            "hf://datasets/org/name",
        ] {
            let error = Address::parse(Path::new(text)).unwrap_err();
            assert!(error.to_string().starts_with(&format!("{text}: expected hf://org/name[@revision]")), "{error}");
        }
    }
}
