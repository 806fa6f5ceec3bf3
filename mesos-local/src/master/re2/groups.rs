//! Named groups of characters.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// The general categories and scripts of Unicode, as RE2 of 2020 has them.
const UNICODE: &str = "\
C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs \
Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki \
Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee \
Chorasmian Common Coptic Cuneiform Cypriot Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan \
Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi \
Gurmukhi Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inherited \
Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kayah_Li Kharoshthi \
Khitan_Small_Script Khmer Khojki Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani \
Makasar Malayalam Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui \
Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar Nabataean Nandinagari New_Tai_Lue \
Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic \
Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau \
Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala \
Sogdian Sora_Sompeng Soyombo Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil \
Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Ugaritic Vai Wancho Warang_Citi Yezidi Yi Zanabazar_Square";

/// Returns the ranges that make up a class.
pub(super) fn class(ranges: impl IntoIterator<Item = (char, char)>) -> ClassUnicode {
    ClassUnicode::new(ranges.into_iter().map(|(first, last)| ClassUnicodeRange::new(first, last)))
}

/// Returns the class of this small letter behind a backslash, as in `\d`.
pub(super) fn perl(letter: char) -> Option<ClassUnicode> {
    match letter {
        'd' => posix("digit"),
        's' => Some(class([('\t', '\n'), ('\u{c}', '\r'), (' ', ' ')])),
        'w' => posix("word"),
        _ => None,
    }
}

/// Returns the class of POSIX with this name, as in `[:alpha:]`.
pub(super) fn posix(name: &str) -> Option<ClassUnicode> {
    Some(match name {
        "alnum" => class([('0', '9'), ('A', 'Z'), ('a', 'z')]),
        "alpha" => class([('A', 'Z'), ('a', 'z')]),
        "ascii" => class([('\0', '\u{7f}')]),
        "blank" => class([('\t', '\t'), (' ', ' ')]),
        "cntrl" => class([('\0', '\u{1f}'), ('\u{7f}', '\u{7f}')]),
        "digit" => class([('0', '9')]),
        "graph" => class([('!', '~')]),
        "lower" => class([('a', 'z')]),
        "print" => class([(' ', '~')]),
        "punct" => class([('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
        "space" => class([('\t', '\r'), (' ', ' ')]),
        "upper" => class([('A', 'Z')]),
        "word" => class([('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
        "xdigit" => class([('0', '9'), ('A', 'F'), ('a', 'f')]),
        _ => return None,
    })
}

/// Returns the group of Unicode with this name.
pub(super) fn unicode(name: &str) -> Option<ClassUnicode> {
    match name {
        "Any" => Some(class([('\0', char::MAX)])),
        // Without what is not assigned.
        "C" => {
            let mut control = table("Cc");
            control.union(&table("Cf"));
            control.union(&table("Co"));
            Some(control)
        }
        _ => UNICODE.split(' ').any(|known| known == name).then(|| table(name)),
    }
}

/// Returns a known group; that of the surrogates, which no text has, is empty.
fn table(name: &str) -> ClassUnicode {
    let parsed = regex_syntax::parse(&format!(r"\p{{{name}}}"));
    match parsed.as_ref().map(regex_syntax::hir::Hir::kind) {
        Ok(HirKind::Class(Class::Unicode(class))) => class.clone(),
        // A group of one character.
        Ok(HirKind::Literal(literal)) => {
            let characters = str::from_utf8(&literal.0).unwrap_or_default().chars();
            class(characters.map(|one| (one, one)))
        }
        _ => ClassUnicode::empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_groups_have_characters() {
        for name in UNICODE.split(' ') {
            let found = unicode(name).unwrap();
            assert_eq!(found.ranges().is_empty(), name == "Cs", "{name}");
        }
        assert_eq!(unicode("Alphabetic"), None);
    }
}
