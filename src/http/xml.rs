//! Answers in XML, as Amazon's services give them: one element's text is all that is wanted of one.

use super::Response;
use quick_xml::{Reader, escape::resolve_predefined_entity, events::Event};

impl Response {
    /// The text of the first element of this name, where the body is XML.
    #[must_use]
    pub fn element(&self, name: &str) -> Option<String> {
        element(&self.body, name)
    }
}

fn element(xml: &[u8], name: &str) -> Option<String> {
    let mut reader = Reader::from_reader(xml);
    let mut found: Option<String> = None;
    loop {
        match (reader.read_event().ok()?, &mut found) {
            (Event::Start(start), _) if start.local_name().as_ref() == name.as_bytes() => {
                found = Some(String::new());
            }
            (Event::Text(text), Some(found)) => found.push_str(&text.decode().ok()?),
            (Event::GeneralRef(entity), Some(found)) => {
                found.push_str(resolve_predefined_entity(&entity.decode().ok()?).unwrap_or("?"));
            }
            (Event::End(_), Some(_)) => return found.map(|text| text.trim().to_owned()),
            (Event::Eof, _) => return None,
            _ => {}
        }
    }
}
