using System.Text;

namespace Parley.Server.Wire;

/// <summary>Letters without what does not matter for searching and comparing: case, accents, and width.</summary>
/// <remarks>Parley does not include Unicode tables (ICU), so <see cref="string.Normalize()"/> does not change texts. This table has the canonical
/// decompositions of lower-case letters in the Latin, Greek, and Cyrillic blocks
/// (https://www.unicode.org/Public/UCD/latest/ucd/UnicodeData.txt).</remarks>
internal static class PlainLetters
{
    private static readonly Dictionary<int, Rune> Bases = Make(
        ('a', "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"),
        ('b', "ḃḅḇ"),
        ('c', "çćĉċčḉ"),
        ('d', "ďḋḍḏḑḓ"),
        ('e', "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"),
        ('f', "ḟ"),
        ('g', "ĝğġģǧǵḡ"),
        ('h', "ĥȟḣḥḧḩḫẖ"),
        ('i', "ìíîïĩīĭįǐȉȋḭḯỉị"),
        ('j', "ĵǰ"),
        ('k', "ķǩḱḳḵ"),
        ('l', "ĺļľḷḹḻḽ"),
        ('m', "ḿṁṃ"),
        ('n', "ñńņňǹṅṇṉṋ"),
        ('o', "òóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ"),
        ('p', "ṕṗ"),
        ('r', "ŕŗřȑȓṙṛṝṟ"),
        ('s', "śŝşšșṡṣṥṧṩ"),
        ('t', "ţťțṫṭṯṱẗ"),
        ('u', "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"),
        ('v', "ṽṿ"),
        ('w', "ŵẁẃẅẇẉẘ"),
        ('x', "ẋẍ"),
        ('y', "ýÿŷȳẏẙỳỵỷỹ"),
        ('z', "źżžẑẓẕ"),
        ('æ', "ǣǽ"),
        ('ø', "ǿ"),
        ('ſ', "ẛ"),
        ('ʒ', "ǯ"),
        ('α', "άἀἁἂἃἄἅἆἇὰάᾀᾁᾂᾃᾄᾅᾆᾇᾰᾱᾲᾳᾴᾶᾷ"),
        ('ε', "έἐἑἒἓἔἕὲέ"),
        ('η', "ήἠἡἢἣἤἥἦἧὴήᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῆῇ"),
        ('ι', "ΐίϊἰἱἲἳἴἵἶἷὶίῐῑῒΐῖῗ"),
        ('ο', "όὀὁὂὃὄὅὸό"),
        ('ρ', "ῤῥ"),
        ('υ', "ΰϋύὐὑὒὓὔὕὖὗὺύῠῡῢΰῦῧ"),
        ('ω', "ώὠὡὢὣὤὥὦὧὼώᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῶῷ"),
        ('а', "ӑӓ"),
        ('г', "ѓ"),
        ('е', "ѐёӗ"),
        ('ж', "ӂӝ"),
        ('з', "ӟ"),
        ('и', "йѝӣӥ"),
        ('к', "ќ"),
        ('о', "ӧ"),
        ('у', "ўӯӱӳ"),
        ('ч', "ӵ"),
        ('ы', "ӹ"),
        ('э', "ӭ"),
        ('і', "ї"),
        ('ѵ', "ѷ"),
        ('ә', "ӛ"),
        ('ө', "ӫ"));

    /// <summary>The plain letter; null for a combining accent.</summary>
    internal static Rune? Of(Rune letter)
    {
        if (letter.IsAscii)
            return Rune.ToLowerInvariant(letter);
        if (letter.Value is >= 0x0300 and <= 0x036F)
            return null;
        // Full-width forms of ASCII, which occur in East Asian texts.
        if (letter.Value is >= 0xFF01 and <= 0xFF5E)
            return Rune.ToLowerInvariant(new Rune(letter.Value - 0xFEE0));
        var small = Rune.ToLowerInvariant(letter);
        return Bases.TryGetValue(small.Value, out var plain) ? plain : small;
    }

    private static Dictionary<int, Rune> Make(params (char Plain, string Accented)[] table) =>
        table.SelectMany(row => row.Accented.EnumerateRunes().Select(rune => (rune.Value, new Rune(row.Plain)))).ToDictionary();
}
