//! CBOR (RFC 8949) as far as tokens need it: whole values in memory, of bounded size and depth.
//!
//! What is not definite in length, nested deeper, longer, followed by something or has a key twice is no value.

use minicbor::{Decoder, Encoder, data::Tag, data::Type};
use std::borrow::Cow;

/// The longest text that is looked at.
const LONGEST: usize = 8 * 1024;
/// How deep values may stand in each other.
const DEEPEST: usize = 10;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'b> {
    /// A whole number.
    Int(i64),
    /// A number with a fraction, or written like one.
    Float(f64),
    /// Bytes.
    Bytes(Cow<'b, [u8]>),
    /// Text.
    Text(Cow<'b, str>),
    /// Values in order.
    Array(Vec<Value<'b>>),
    /// Values by key, in the order in which they stand.
    Map(Vec<(Value<'b>, Value<'b>)>),
    /// A value with its meaning.
    Tagged(u64, Box<Value<'b>>),
}

impl<'b> Value<'b> {
    /// Reads one value that is all there is.
    #[must_use]
    pub fn read(bytes: &'b [u8]) -> Option<Self> {
        let mut decoder = Decoder::new(bytes);
        let value = if bytes.len() > LONGEST { None } else { value(&mut decoder, bytes.len(), DEEPEST) };
        value.filter(|_| decoder.position() == bytes.len())
    }

    /// Its bytes in the shortest form.
    #[must_use]
    pub fn written(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut Encoder::new(&mut out));
        out
    }

    fn write(&self, encoder: &mut Encoder<&mut Vec<u8>>) {
        let written = match self {
            Self::Int(number) => encoder.i64(*number).map(drop),
            Self::Float(number) => encoder.f64(*number).map(drop),
            Self::Bytes(bytes) => encoder.bytes(bytes).map(drop),
            Self::Text(text) => encoder.str(text).map(drop),
            Self::Array(values) => encoder.array(values.len() as u64).map(drop),
            Self::Map(pairs) => encoder.map(pairs.len() as u64).map(drop),
            Self::Tagged(tag, _) => encoder.tag(Tag::new(*tag)).map(drop),
        };
        written.expect("a vector takes whatever is written");
        match self {
            Self::Array(values) => values.iter().for_each(|value| value.write(encoder)),
            Self::Map(pairs) => pairs.iter().for_each(|(key, value)| {
                key.write(encoder);
                value.write(encoder);
            }),
            Self::Tagged(_, value) => value.write(encoder),
            _ => {}
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The bytes, if it is bytes.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    /// The values, if it is an array.
    #[must_use]
    pub fn array(&self) -> Option<&[Self]> {
        if let Self::Array(values) = self { Some(values) } else { None }
    }

    /// The pairs, if it is a map.
    #[must_use]
    pub fn map(&self) -> Option<&[(Self, Self)]> {
        if let Self::Map(pairs) = self { Some(pairs) } else { None }
    }

    /// A whole number that is not negative, also where it is written as a float.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Int(number) => u64::try_from(*number).ok(),
            // Up to 2^53 a float holds whole numbers exactly.
            Self::Float(number)
                if number.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(number) =>
            {
                Some(*number as u64)
            }
            _ => None,
        }
    }
}

fn value<'b>(decoder: &mut Decoder<'b>, length: usize, depth: usize) -> Option<Value<'b>> {
    let depth = depth.checked_sub(1)?;
    // Every element takes a byte, so a count beyond what is left is a lie.
    let fits = |count: u64| usize::try_from(count).ok().filter(|count| *count <= length);
    Some(match decoder.datatype().ok()? {
        Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 => {
            Value::Int(decoder.i64().ok()?)
        }
        Type::F32 | Type::F64 => Value::Float(decoder.f64().ok()?),
        Type::Bytes => Value::Bytes(decoder.bytes().ok()?.into()),
        Type::String => Value::Text(decoder.str().ok()?.into()),
        Type::Array => {
            let count = fits(decoder.array().ok()??)?;
            Value::Array((0..count).map(|_| value(decoder, length, depth)).collect::<Option<_>>()?)
        }
        Type::Map => {
            let count = fits(decoder.map().ok()??)?;
            let mut pairs: Vec<(Value<'b>, Value<'b>)> = Vec::new();
            for _ in 0..count {
                let key = value(decoder, length, depth)?;
                if pairs.iter().any(|(other, _)| *other == key) {
                    return None;
                }
                pairs.push((key, value(decoder, length, depth)?));
            }
            Value::Map(pairs)
        }
        Type::Tag => Value::Tagged(decoder.tag().ok()?.as_u64(), Box::new(value(decoder, length, depth)?)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_both_ways() {
        for hex in [
            "00",
            "1a70dbd880",
            "20",
            "3903e7",
            "fb424d7ffa20bf8000",
            "43a10105",
            "62c3a9",
            "80",
            "a0",
            "a2010220f5f4",
        ] {
            let bytes = hex::decode(hex).unwrap();
            match Value::read(&bytes) {
                Some(value) => assert_eq!(hex::encode(value.written()), hex),
                None => assert_eq!(hex, "a2010220f5f4", "a flag is no value of tokens"),
            }
        }
        let nested = Value::Tagged(
            61,
            Box::new(Value::Map(vec![(Value::Int(1), Value::Array(vec![Value::Text("a".into())]))])),
        );
        assert_eq!(Value::read(&nested.written()), Some(nested));
        for (value, number) in [
            (Value::Int(5), Some(5)),
            (Value::Int(-5), None),
            (Value::Float(253_402_300_799.0), Some(253_402_300_799)),
            (Value::Float(5.5), None),
            (Value::Float(f64::NAN), None),
            (Value::Float(1e300), None),
            (Value::Text("5".into()), None),
        ] {
            assert_eq!(value.number(), number, "{value:?}");
        }
    }

    #[test]
    fn garbage_is_no_value() {
        for hex in [
            "",
            "1a70db",
            "4301",
            "61ff",
            "9f00ff",
            "5f4100ff",
            "bf0000ff",
            "0000",
            "a201000100",
            "a101",
            "9bffffffffffffffff",
            "bb7fffffffffffffff",
            "1bffffffffffffffff",
            "f6",
            "f97e00",
            "c1",
            "ff",
        ] {
            assert_eq!(Value::read(&hex::decode(hex).unwrap()), None, "{hex}");
        }
        for opener in [0x81_u8, 0xc1] {
            let deep = |depth: usize| [vec![opener; depth], vec![0]].concat();
            assert!(Value::read(&deep(DEEPEST - 1)).is_some() && Value::read(&deep(DEEPEST)).is_none());
            assert!(Value::read(&deep(LONGEST - 1)).is_none());
        }
        assert!(Value::read(&Value::Bytes(vec![0; LONGEST].into()).written()).is_none());
    }
}
