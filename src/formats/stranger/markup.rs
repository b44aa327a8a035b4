//! HTML and XML: pages and errors of servers, and OpenVINO.

use super::Stranger;
use super::text::{AGAIN, quoted};

/// What a file of markup is.
pub(super) fn of(text: &str) -> Option<Stranger> {
    let tag = text.strip_prefix('<')?;
    if ["!doctype html", "html", "head", "body", "title"].iter().any(|name| begins_with(tag, name)) {
        return Some(page(text));
    }
    let name = root(text)?;
    let is_xml = begins_with(tag, "?xml");
    match name {
        "html" => Some(page(text)),
        "Error" | "error" | "ErrorResponse" => Some(error(text)),
        // OpenVINO, "Operation Sets and IR": the weights lie in a file of their own.
        "net" => Some(Stranger::signed("a model of OpenVINO (IR)", "open the model that it was converted from")),
        _ if is_xml => Some(Stranger::signed(format!("an XML document with the root {}", quoted(name)), "")),
        _ => None,
    }
}

/// A web page, by its title.
fn page(text: &str) -> Stranger {
    let title = element(text, "title").map_or_else(String::new, |title| format!(", {}", quoted(title)));
    let cure = "the download was answered with an error page, or one to sign in";
    Stranger::signed(format!("a web page{title}"), cure)
}

/// The errors of Amazon S3, and of others that have taken their form ("Error responses", Amazon S3 API Reference).
fn error(text: &str) -> Stranger {
    let parts: Vec<_> = ["Code", "Message"].iter().filter_map(|name| element(text, name)).collect();
    let says = if parts.is_empty() { text.to_owned() } else { parts.join(": ") };
    Stranger::signed(format!("a server's error message, {}", quoted(&says)), AGAIN)
}

/// The name of the first element, after declarations and comments.
fn root(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.split_once('<')?.1;
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->")?.1;
        } else if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return rest.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next();
        }
    }
}

/// The text in the first element of a name.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let element = text.split('<').find(|element| begins_with(element, name))?;
    element.split_once('>').map(|(_, text)| text)
}

/// Whether a tag begins with a name, in whatever case, that ends there.
fn begins_with(tag: &str, name: &str) -> bool {
    let start = tag.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    start && !tag[name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(text: &str) -> Option<String> {
        of(text).map(|stranger| stranger.what.into_owned())
    }

    #[test]
    fn pages_are_told_by_their_title_and_errors_by_their_code() {
        for (text, expected) in [
            (
                "<!DOCTYPE html>\n<html><head><title lang=\"en\">404\n Not Found</title>",
                "a web page, \"404 Not Found\"",
            ),
            ("<HTML><body>Forbidden</body></HTML>", "a web page"),
            ("<?xml version=\"1.0\"?><html xmlns=\"x\"><title>No</title>", "a web page, \"No\""),
            (
                "<?xml version=\"1.0\"?>\n<!-- <net> --><Error><Code>NoSuchKey</Code><Message>Gone.</Message></Error>",
                "a server's error message, \"NoSuchKey: Gone.\"",
            ),
            ("<Error/>", "a server's error message, \"<Error/>\""),
            ("<?xml version=\"1.0\"?><net name=\"Model\" version=\"11\">", "a model of OpenVINO (IR)"),
            ("<?xml version=\"1.0\"?>\n<svg width=\"1\">", "an XML document with the root \"svg\""),
        ] {
            assert_eq!(what(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "<", "<header", "<é", "<?xml version=\"1.0\"?>", "<svg>", "< 5 models"] {
            assert_eq!(what(text), None, "{text}");
        }
    }
}
