using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>The two ways in which the wire's JSON is read. Both write letters as letters (no <c>\u00e4</c>).</summary>
public static class WireJson
{
    /// <summary>Levels of nesting, far above what a server takes in: what it once took comes back inside of lists and frames.</summary>
    private const int MaxDepth = 256;

    /// <summary>How the server reads what a client sent: a field that nobody knows, or one given twice, is an error.</summary>
    public static ParleyJson Strict { get; } = new(new JsonSerializerOptions(ParleyJson.Default.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        MaxDepth = MaxDepth,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>How a client reads what a server sent: a newer server may say more.</summary>
    public static ParleyJson Lenient { get; } = new(new JsonSerializerOptions(ParleyJson.Default.Options)
    {
        MaxDepth = MaxDepth,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
