using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>The two ways to read the wire's JSON. Both write non-ASCII letters as they are (no <c>\u00e4</c>).</summary>
public static class WireJson
{
    /// <summary>The deepest nesting. This is far more than a server accepts, because accepted values come back inside lists and frames.</summary>
    private const int MaxDepth = 256;

    /// <summary>How the server reads what clients send: an unknown or duplicate field is an error.</summary>
    public static ParleyJson Strict { get; } = new(new JsonSerializerOptions(ParleyJson.Default.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        MaxDepth = MaxDepth,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>How a client reads what a server sends: a newer server may send additional fields.</summary>
    public static ParleyJson Lenient { get; } = new(new JsonSerializerOptions(ParleyJson.Default.Options)
    {
        MaxDepth = MaxDepth,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
