//! SHA-256 and MD5 of several texts side by side, and a look at several bytes at once, on processors that have
//! instructions for it.
//!
//! Each step of a digest waits for the one before it, so that a single text leaves most of such a processor idle;
//! the steps of other texts fill the gaps. Elsewhere the texts go one by one through the `sha2` and `md-5` crates,
//! which are also the oracles in the tests.

#[cfg(target_arch = "x86_64")]
mod md5;

use ::md5::block_api::compress as compress_md5_alone;
use sha2::block_api::compress256;

/// How many texts go side by side.
pub const LANES: usize = 4;

/// What is hashed in one go.
pub type Block = [u8; 64];

/// What has been hashed so far.
pub type State = [u32; 8];

/// Hashes the blocks of each text into its state.
pub fn compress(states: &mut [State; LANES], texts: [&[Block]; LANES]) {
    let common = texts.iter().map(|text| text.len()).min().unwrap_or(0);
    let mut done = 0;
    #[cfg(target_arch = "x86_64")]
    if x86::present() {
        // SAFETY: `together` is unsafe to call only where the processor lacks the instructions that it is
        // compiled for. `present` has just asked this processor for every one of them.
        #[allow(unsafe_code)]
        unsafe {
            x86::together(states, texts.map(|text| &text[..common]));
        }
        done = common;
    }
    for (state, text) in states.iter_mut().zip(texts) {
        if done < text.len() {
            compress256(state, &text[done..]);
        }
    }
}

/// A bit for each of sixteen bytes that is the one, the first byte's lowest.
#[inline]
#[must_use]
pub fn places(bytes: &[u8; 16], one: u8) -> u16 {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: `places` is unsafe to call only where the processor lacks SSE2, and this is compiled for none that does.
    #[allow(unsafe_code)]
    return unsafe { x86::places(bytes, one) };
    #[cfg(not(target_arch = "x86_64"))]
    bytes.iter().rev().fold(0, |bits, byte| bits << 1 | u16::from(*byte == one))
}

/// What MD5 has hashed so far.
pub type Md5State = [u32; 4];

/// Hashes the blocks of each text into its state, with MD5.
pub fn compress_md5(states: &mut [Md5State; LANES], texts: [&[Block]; LANES]) {
    let common = texts.iter().map(|text| text.len()).min().unwrap_or(0);
    let mut done = 0;
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("sse2") {
        // SAFETY: `together` is unsafe to call only where the processor lacks SSE2, and it was just asked.
        #[allow(unsafe_code)]
        unsafe {
            md5::together(states, texts.map(|text| &text[..common]));
        }
        done = common;
    }
    for (state, text) in states.iter_mut().zip(texts) {
        if done < text.len() {
            compress_md5_alone(state, &text[done..]);
        }
    }
}

/// The SHA extensions of x86, and SSE2. Nothing here reads or writes through a pointer: the instructions take and give values.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Block, LANES, State};
    use std::arch::x86_64::{
        __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_cmpeq_epi8, _mm_extract_epi32, _mm_movemask_epi8,
        _mm_set_epi32, _mm_set_epi64x, _mm_set1_epi8, _mm_setzero_si128, _mm_sha256msg1_epu32,
        _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8, _mm_shuffle_epi32,
    };

    /// Whether this processor has all that [`together`] is compiled for.
    pub fn present() -> bool {
        std::is_x86_feature_detected!("sha")
            && std::is_x86_feature_detected!("ssse3")
            && std::is_x86_feature_detected!("sse4.1")
    }

    /// Hashes as many blocks of each text as the shortest has.
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    pub fn together(states: &mut [State; LANES], texts: [&[Block]; LANES]) {
        let mut pairs = states.map(|state| packed(state));
        for step in 0..texts.iter().map(|text| text.len()).min().unwrap_or(0) {
            block(&mut pairs, texts.map(|text| &text[step]));
        }
        for (state, pair) in states.iter_mut().zip(pairs) {
            *state = unpacked(pair);
        }
    }

    /// Compares all at once.
    #[target_feature(enable = "sse2")]
    #[inline]
    pub fn places(bytes: &[u8; 16], one: u8) -> u16 {
        let halves = bytes.as_chunks::<8>().0;
        let [low, high] = [halves[0], halves[1]].map(i64::from_le_bytes);
        let equal = _mm_cmpeq_epi8(_mm_set_epi64x(high, low), _mm_set1_epi8(one.cast_signed()));
        _mm_movemask_epi8(equal) as u16
    }

    /// A state in the order that the instructions want: a b e f, and c d g h.
    type Pair = [__m128i; 2];

    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn packed(state: State) -> Pair {
        let [a, b, c, d, e, f, g, h] = state.map(u32::cast_signed);
        [_mm_set_epi32(a, b, e, f), _mm_set_epi32(c, d, g, h)]
    }

    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn unpacked([abef, cdgh]: Pair) -> State {
        let words = [
            _mm_extract_epi32::<3>(abef),
            _mm_extract_epi32::<2>(abef),
            _mm_extract_epi32::<3>(cdgh),
            _mm_extract_epi32::<2>(cdgh),
            _mm_extract_epi32::<1>(abef),
            _mm_extract_epi32::<0>(abef),
            _mm_extract_epi32::<1>(cdgh),
            _mm_extract_epi32::<0>(cdgh),
        ];
        words.map(i32::cast_unsigned)
    }

    /// FIPS 180-4, 6.2.2, four rounds at a time.
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    #[inline]
    fn block(pairs: &mut [Pair; LANES], blocks: [&Block; LANES]) {
        let before = *pairs;
        let mut words = [[_mm_setzero_si128(); 4]; LANES];
        for lane in 0..LANES {
            words[lane] = schedule(blocks[lane]);
        }
        for four in 0..16 {
            let [k0, k1, k2, k3] = CONSTANTS[four].map(u32::cast_signed);
            let constants = _mm_set_epi32(k3, k2, k1, k0);
            for lane in 0..LANES {
                let [abef, cdgh] = &mut pairs[lane];
                let words = &mut words[lane];
                let sum = _mm_add_epi32(words[four % 4], constants);
                *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, sum);
                *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32::<0b1110>(sum));
                if four < 12 {
                    let [w0, w1, w2, w3] = [0, 1, 2, 3].map(|ahead| words[(four + ahead) % 4]);
                    let mixed = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8::<4>(w3, w2));
                    words[four % 4] = _mm_sha256msg2_epu32(mixed, w3);
                }
            }
        }
        for (pair, before) in pairs.iter_mut().zip(before) {
            *pair = [_mm_add_epi32(pair[0], before[0]), _mm_add_epi32(pair[1], before[1])];
        }
    }

    /// The first sixteen words of the message schedule: the block's, read from the high end.
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    #[inline]
    fn schedule(block: &Block) -> [__m128i; 4] {
        let reverse = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
        let mut words = [_mm_setzero_si128(); 4];
        for (words, halves) in words.iter_mut().zip(block.as_chunks::<8>().0.as_chunks::<2>().0) {
            let [low, high] = halves.map(i64::from_le_bytes);
            *words = _mm_shuffle_epi8(_mm_set_epi64x(high, low), reverse);
        }
        words
    }

    /// FIPS 180-4, 4.2.2.
    #[rustfmt::skip]
    const CONSTANTS: [[u32; 4]; 16] = [
        [0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5], [0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5],
        [0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3], [0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174],
        [0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc], [0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da],
        [0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7], [0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967],
        [0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13], [0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85],
        [0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3], [0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070],
        [0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5], [0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3],
        [0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208], [0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2],
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTHS: [[usize; LANES]; 6] =
        [[0, 0, 0, 0], [1, 1, 1, 1], [3, 3, 3, 3], [0, 1, 2, 3], [4, 1, 4, 2], [2, 2, 0, 2]];

    /// Holds several lanes against one, from states that are not the first.
    fn compare<const WORDS: usize>(
        together: impl Fn(&mut [[u32; WORDS]; LANES], [&[Block]; LANES]),
        alone: impl Fn(&mut [u32; WORDS], &[Block]),
    ) {
        let blocks: Vec<Block> =
            (0..20_u32).map(|n| std::array::from_fn(|at| (n as usize * 89 + at * 7) as u8)).collect();
        for lengths in LENGTHS {
            let texts = [0, 1, 2, 3].map(|lane: usize| &blocks[4 * lane..4 * lane + lengths[lane]]);
            let mut side_by_side = [1_u32, 2, 3, 4].map(|seed| {
                std::array::from_fn(|word| (word as u32).wrapping_mul(seed.wrapping_mul(0x9e37_79b9)))
            });
            let mut each = side_by_side;
            each.iter_mut().zip(texts).for_each(|(state, text)| alone(state, text));
            together(&mut side_by_side, texts);
            assert_eq!(side_by_side, each, "{lengths:?}");
        }
    }

    #[test]
    fn every_byte_has_its_bit() {
        for at in 0..16 {
            let mut bytes = *b"................";
            bytes[at] = b'/';
            assert_eq!((places(&bytes, b'/'), places(&bytes, b'.')), (1 << at, !(1 << at)), "{at}");
            bytes[at] = b'/' | 0x80;
            assert_eq!((places(&bytes, b'/'), places(&bytes, b'/' | 0x80)), (0, 1 << at), "{at}");
        }
    }

    #[test]
    fn texts_side_by_side_come_to_what_each_comes_to_alone() {
        compare(compress, compress256);
        compare(compress_md5, compress_md5_alone);
    }
}
