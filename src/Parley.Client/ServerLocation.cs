using System.Diagnostics.CodeAnalysis;

namespace Parley.Client;

/// <summary>Where a server is, and the token to use.</summary>
public sealed record ServerLocation
{
    /// <summary>The server's address, <c>http://host:port</c> or <c>https://</c>.</summary>
    public required Uri Url { get; init; }

    /// <summary>Null if none was found; calls that need one will say so.</summary>
    public string? Token { get; init; }

    /// <summary>Whether <see cref="Token"/> comes from options or <c>PARLEY_TOKEN</c> rather than from the data folder.</summary>
    public bool TokenIsExplicit { get; init; }

    /// <summary>Whether <see cref="Url"/> comes from options or <c>PARLEY_URL</c> rather than from the data folder.</summary>
    public bool UrlIsExplicit { get; init; }

    /// <summary>The join token of the server on this machine, if it is readable.</summary>
    public string? JoinToken { get; init; }

    /// <summary>The named project. Null means the token's project, or else <c>default</c>.</summary>
    public string? Project { get; init; }

    /// <summary>The named agent, or null.</summary>
    public string? AgentId { get; init; }

    /// <summary>The PEM file of <see cref="ParleyOptions.CaCertificate"/>. Null means that only the machine's authorities are trusted.</summary>
    public string? CaCertificate { get; init; }

    /// <summary>The folder where the SDK looked for a server on this machine.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Creates a handler for your own requests to the server. Like the SDK, it trusts the machine's authorities and <see cref="CaCertificate"/>.</summary>
    /// <exception cref="ParleyConfigurationException">The file does not contain a certificate.</exception>
    public SocketsHttpHandler CreateHttpHandler() => new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        SslOptions = { RemoteCertificateValidationCallback = ServerTrust.In(CaCertificate) },
    };

    /// <summary>Finds the server: from <paramref name="options"/>, or else <c>PARLEY_URL</c>, <c>PARLEY_TOKEN</c>, <c>PARLEY_PROJECT</c>,
    /// and <c>PARLEY_AGENT</c>, or else the data folder of a server on this machine.</summary>
    /// <exception cref="ParleyConfigurationException">No address was found, or it is not an HTTP address.</exception>
    public static ServerLocation Find(ParleyOptions? options = null) => Find(options ?? new ParleyOptions(), Environment.GetEnvironmentVariable);

    internal static ServerLocation Find(ParleyOptions options, Func<string, string?> environment)
    {
        // A token read from a file ends with a line feed.
        string? Setting(string? given, string variable) =>
            given?.Trim() is { Length: > 0 } said ? said : environment(variable)?.Trim() is { Length: > 0 } value ? value : null;

        var folder = UserFolders.Data(options.DataFolder, environment);
        var given = Setting(options.Url, "PARLEY_URL");
        var address = given ?? FirstLine(Path.Combine(folder, "server.url"));
        if (address is null)
            throw NotFound(folder);
        if (!TryAddress(address, out var url))
            throw new ParleyConfigurationException(
                $"'{address}' is not the address of a Parley server: expected http://HOST:PORT or https://HOST:PORT in --url, PARLEY_URL or ParleyOptions.Url.");

        // The folder's tokens belong to the folder's server. Sent to another server, they would only be revealed to a stranger.
        var local = given is null || SameServer(url, FirstLine(Path.Combine(folder, "server.url")));
        var token = Setting(options.Token, "PARLEY_TOKEN");
        return new ServerLocation
        {
            Url = url,
            UrlIsExplicit = given is not null,
            Token = token ?? (local ? FirstLine(Path.Combine(folder, "admin.token")) : null),
            TokenIsExplicit = token is not null,
            JoinToken = local ? FirstLine(Path.Combine(folder, "join.token")) : null,
            Project = Setting(options.Project, "PARLEY_PROJECT"),
            AgentId = Setting(options.AgentId, "PARLEY_AGENT"),
            CaCertificate = Setting(options.CaCertificate, "PARLEY_CACERT"),
            DataFolder = folder,
        };
    }

    /// <summary>Gets the token, for calls that need one.</summary>
    /// <exception cref="ParleyConfigurationException">There is none. The message says where the SDK looked.</exception>
    public string RequireToken() => Token ?? throw new ParleyConfigurationException(
        $"No token for the Parley server at {Url}: looked at --token, PARLEY_TOKEN and '{Path.Combine(DataFolder, "admin.token")}' "
        + "(used for the server of that folder only). Ask its operator for one ('parley token create') and set PARLEY_TOKEN.");

    /// <summary>The same server's current location: a server that was found through its folder may listen elsewhere after a restart.</summary>
    internal ServerLocation Again() =>
        !UrlIsExplicit && FirstLine(Path.Combine(DataFolder, "server.url")) is { } address && TryAddress(address, out var url) && url != Url
            ? this with { Url = url, JoinToken = FirstLine(Path.Combine(DataFolder, "join.token")) }
            : this;

    private static bool TryAddress(string address, [NotNullWhen(true)] out Uri? url) =>
        Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out url) && (url.Scheme is "http" or "https");

    private static bool SameServer(Uri url, string? local) =>
        local is not null && Uri.TryCreate(local, UriKind.Absolute, out var other)
        && url.Port == other.Port && url.Scheme == other.Scheme
        && (string.Equals(url.Host, other.Host, StringComparison.OrdinalIgnoreCase) || (url.IsLoopback && other.IsLoopback));

    private static ParleyConfigurationException NotFound(string folder) => new(
        $"No Parley server found: looked at --url, PARLEY_URL and '{Path.Combine(folder, "server.url")}' (written there by a server while it runs). "
        + "Start one with 'parley serve', or set PARLEY_URL to its address.");

    private static string? FirstLine(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault()?.Trim() is { Length: > 0 } line ? line : null;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            // It is another user's server. Treat it as if the file did not exist; the error names the file if it matters.
            return null;
        }
    }
}
