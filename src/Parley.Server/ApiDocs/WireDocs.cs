using System.Reflection;
using System.Text.Json;
using System.Xml.Linq;
using Parley.Protocol;

namespace Parley.Server.ApiDocs;

/// <summary>The docstrings of the wire types, with names as on the wire. They come from the XML file that the compiler writes for
/// <c>Parley.Protocol</c>, which is embedded in this assembly.</summary>
internal sealed class WireDocs
{
    private readonly Dictionary<string, string> _summaries;

    private WireDocs(Dictionary<string, string> summaries) => _summaries = summaries;

    /// <summary>The docstrings of the running server.</summary>
    public static WireDocs Load()
    {
        using var xml = typeof(WireDocs).Assembly.GetManifestResourceStream("Parley.Protocol.xml")!;
        return new WireDocs(XDocument.Load(xml).Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => TextOf(member.Element("summary")!), StringComparer.Ordinal));
    }

    /// <summary>The description of a type; for an enum, the meaning of each word.</summary>
    public string? Of(Type type)
    {
        var summary = _summaries.GetValueOrDefault($"T:{type.FullName}");
        if (!type.IsEnum)
            return summary;
        var words = Enum.GetNames(type)
            .Select(name => (Word: JsonNamingPolicy.SnakeCaseLower.ConvertName(name), Meaning: _summaries.GetValueOrDefault($"F:{type.FullName}.{name}")))
            .Where(word => word.Meaning is not null)
            .Select(word => $"`{word.Word}`: {word.Meaning}")
            .ToArray();
        return words.Length == 0 ? summary : string.Join(" ", words.Prepend(summary).OfType<string>());
    }

    public string? Of(MemberInfo member) => _summaries.GetValueOrDefault($"P:{member.DeclaringType!.FullName}.{member.Name}");

    private static string TextOf(XElement summary) => string.Join(
        ' ', string.Concat(summary.Nodes().Select(TextOf)).Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));

    private static string TextOf(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see => $"`{NameOf(see.Attribute("cref")?.Value ?? "")}`",
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement element => TextOf(element),
        _ => "",
    };

    /// <summary><c>P:Parley.Protocol.SendRequest.ReplyTo</c> becomes <c>reply_to</c>. A type keeps its name.</summary>
    private static string NameOf(string cref)
    {
        var name = cref[(cref.LastIndexOf('.') + 1)..];
        return cref.StartsWith("T:", StringComparison.Ordinal) ? name : JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
    }
}
