using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Parley.Server.Rest;

internal static class ApiPath
{
    /// <summary>The base path of the API.</summary>
    internal const string Base = "/api/v1";
}

/// <summary>A request's path as it was sent. Routing sees a path in which all escapes except that of <c>/</c> are decoded, so <c>%2F</c> and
/// <c>%252F</c> look the same there.</summary>
internal static class RawPath
{
    /// <summary>The part of the path that matches a route's <c>{**name}</c>.</summary>
    /// <returns>Null if it is not valid UTF-8.</returns>
    internal static string? Rest(HttpContext http, string name)
    {
        if (http.Request.RouteValues.GetValueOrDefault(name) is not string { Length: > 0 } routed)
            return "";
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = target.AsSpan(0, target.AsSpan().IndexOf('?') is >= 0 and var query ? query : target.Length);

        // Counted from the end, because what precedes it can be written in several ways, with or without the API's version.
        var at = path.Length;
        for (var slashes = routed.Count(static letter => letter == '/') + 1; slashes > 0 && at > 0; slashes--)
            at = path[..at].LastIndexOf('/');
        return Decode(path[(at + 1)..]);
    }

    private static string? Decode(ReadOnlySpan<char> escaped)
    {
        var bytes = new List<byte>(escaped.Length);
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] == '%' && i + 2 < escaped.Length && char.IsAsciiHexDigit(escaped[i + 1]) && char.IsAsciiHexDigit(escaped[i + 2]))
            {
                bytes.Add(Convert.FromHexString(escaped.Slice(i + 1, 2))[0]);
                i += 2;
            }
            else if (char.IsAscii(escaped[i]))
            {
                bytes.Add((byte)escaped[i]);
            }
            else
            {
                return null;
            }
        }

        var utf8 = bytes.ToArray();
        return Utf8.IsValid(utf8) ? Encoding.UTF8.GetString(utf8) : null;
    }
}
