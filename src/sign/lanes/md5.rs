//! The steps of MD5 with a word of each text in one register: every x86 processor that runs 64-bit programs can.

use super::{Block, LANES, Md5State as State};
use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_and_si128, _mm_cvtsi32_si128, _mm_cvtsi128_si32, _mm_or_si128, _mm_set_epi32,
    _mm_set1_epi32, _mm_shuffle_epi32, _mm_sll_epi32, _mm_srl_epi32, _mm_xor_si128,
};

/// Hashes as many blocks of each text as the shortest has.
#[target_feature(enable = "sse2")]
pub fn together(states: &mut [State; LANES], texts: [&[Block]; LANES]) {
    let mut state = [0, 1, 2, 3].map(|word| side_by_side(states.map(|state| state[word])));
    for step in 0..texts.iter().map(|text| text.len()).min().unwrap_or(0) {
        let words = texts.map(|text| text[step].as_chunks::<4>().0);
        let words = std::array::from_fn(|at| {
            side_by_side([0, 1, 2, 3].map(|lane: usize| u32::from_le_bytes(words[lane][at])))
        });
        block(&mut state, &words);
    }
    for (word, lanes) in state.into_iter().map(|lanes| apart(lanes)).enumerate() {
        states.iter_mut().zip(lanes).for_each(|(state, lane)| state[word] = lane);
    }
}

#[target_feature(enable = "sse2")]
#[inline]
fn side_by_side(words: [u32; LANES]) -> __m128i {
    let [a, b, c, d] = words.map(u32::cast_signed);
    _mm_set_epi32(d, c, b, a)
}

#[target_feature(enable = "sse2")]
#[inline]
fn apart(lanes: __m128i) -> [u32; LANES] {
    let words = [
        _mm_cvtsi128_si32(lanes),
        _mm_cvtsi128_si32(_mm_shuffle_epi32::<1>(lanes)),
        _mm_cvtsi128_si32(_mm_shuffle_epi32::<2>(lanes)),
        _mm_cvtsi128_si32(_mm_shuffle_epi32::<3>(lanes)),
    ];
    words.map(i32::cast_unsigned)
}

/// RFC 1321, 3.4.
#[target_feature(enable = "sse2")]
#[inline]
fn block(state: &mut [__m128i; 4], words: &[__m128i; 16]) {
    let before = *state;
    round(state, words, 0, [7, 12, 17, 22], |step| step, |b, c, d| choose(b, c, d));
    round(state, words, 1, [5, 9, 14, 20], |step| 5 * step + 1, |b, c, d| choose(d, b, c));
    round(
        state,
        words,
        2,
        [4, 11, 16, 23],
        |step| 3 * step + 5,
        |b, c, d| _mm_xor_si128(_mm_xor_si128(c, d), b),
    );
    round(
        state,
        words,
        3,
        [6, 10, 15, 21],
        |step| 7 * step,
        |b, c, d| {
            let not_d = _mm_xor_si128(d, _mm_set1_epi32(-1));
            _mm_xor_si128(c, _mm_or_si128(b, not_d))
        },
    );
    for (word, before) in state.iter_mut().zip(before) {
        *word = _mm_add_epi32(*word, before);
    }
}

/// The bits of one where the first has ones, of the other elsewhere.
#[target_feature(enable = "sse2")]
#[inline]
fn choose(which: __m128i, one: __m128i, other: __m128i) -> __m128i {
    _mm_xor_si128(other, _mm_and_si128(which, _mm_xor_si128(one, other)))
}

/// Sixteen steps.
#[target_feature(enable = "sse2")]
#[inline]
fn round(
    state: &mut [__m128i; 4],
    words: &[__m128i; 16],
    number: usize,
    turns: [i32; 4],
    word: impl Fn(usize) -> usize,
    mix: impl Fn(__m128i, __m128i, __m128i) -> __m128i,
) {
    let [mut a, mut b, mut c, mut d] = *state;
    for step in 0..16 {
        let constant = _mm_set1_epi32(CONSTANTS[16 * number + step].cast_signed());
        let known = _mm_add_epi32(_mm_add_epi32(a, constant), words[word(step) % 16]);
        let sum = _mm_add_epi32(known, mix(b, c, d));
        let turn = turns[step % 4];
        let high = _mm_sll_epi32(sum, _mm_cvtsi32_si128(turn));
        let low = _mm_srl_epi32(sum, _mm_cvtsi32_si128(32 - turn));
        [a, b, c, d] = [d, _mm_add_epi32(b, _mm_or_si128(high, low)), b, c];
    }
    *state = [a, b, c, d];
}

/// RFC 1321, 3.4: the fractions of sines.
#[rustfmt::skip]
const CONSTANTS: [u32; 64] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
    0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
    0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
    0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
    0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
    0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
    0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
];
