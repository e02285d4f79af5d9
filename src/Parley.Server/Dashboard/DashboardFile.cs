using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Parley.Server.Dashboard;

/// <summary>A file of the dashboard, as it is and compressed. It is read at its first use.</summary>
internal sealed class DashboardFile(string name)
{
    // In the order of preference: brotli is smaller.
    private static readonly string[] Codings = ["br", "gzip"];

    private readonly Dictionary<string, Lazy<Body>> _bodies = new(StringComparer.Ordinal);

    /// <summary>The endings of compressed files, with their content coding.</summary>
    internal static IReadOnlyDictionary<string, string> CodingByEnding { get; } = new Dictionary<string, string>(StringComparer.Ordinal) { [".br"] = "br", [".gz"] = "gzip" };

    /// <summary>Adds a form of the file.</summary>
    /// <param name="coding">The content coding; empty for the file as it is.</param>
    public void Add(string coding, Func<byte[]> read) => _bodies[coding] = new Lazy<Body>(() => new Body(read()));

    public byte[] Plain => _bodies[""].Value.Bytes;

    /// <summary>Whether the file itself is there, not only a compressed form of it.</summary>
    public bool IsComplete => _bodies.ContainsKey("");

    public Task AnswerAsync(HttpContext context, string cacheControl)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = cacheControl;
        var coding = CodingFor(context.Request);
        if (_bodies.Count > 1)
            headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        if (coding.Length > 0)
            headers.ContentEncoding = coding;
        var body = _bodies[coding].Value;
        return Results.Bytes(body.Bytes, TypeOf(name), entityTag: body.Tag).ExecuteAsync(context);
    }

    private string CodingFor(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().AcceptEncoding;
        var best = ("", 0d);
        foreach (var coding in Codings.Where(_bodies.ContainsKey))
        {
            if (WeightOf(coding, accepted) is var weight && weight > best.Item2)
                best = (coding, weight);
        }

        return best.Item1;
    }

    private static double WeightOf(string coding, IList<StringWithQualityHeaderValue> accepted) =>
        (accepted.FirstOrDefault(one => one.Value.Equals(coding, StringComparison.OrdinalIgnoreCase)) ?? accepted.FirstOrDefault(static one => one.Value == "*")) is { } named
            ? named.Quality ?? 1
            : 0;

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" or ".mjs" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".json" or ".map" => "application/json",
        ".webmanifest" => "application/manifest+json",
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        ".ico" => "image/x-icon",
        ".woff2" => "font/woff2",
        ".txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };

    private sealed class Body(byte[] bytes)
    {
        public byte[] Bytes => bytes;

        // Each form has its own: a cache must not answer for one with the other.
        public EntityTagHeaderValue Tag { get; } = new($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\"");
    }
}
