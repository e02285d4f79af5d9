using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Parley.Server.Settings;
using Xunit;

namespace Parley.Server.Tests.Dashboard;

/// <summary>The built dashboard, as a browser gets it.</summary>
public sealed partial class DashboardTests : IAsyncLifetime
{
    private const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    private const string Script = "/assets/app-D4x9.js";

    private readonly string _folder = Directory.CreateTempSubdirectory("parley-dist-").FullName;
    private RunningServer _server = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var dist = Directory.CreateDirectory(Path.Combine(_folder, "dist", "assets")).Parent!.FullName;
        await File.WriteAllTextAsync(Path.Combine(dist, "index.html"), """<!doctype html><meta name="csp-nonce" content="__NONCE__"><title>Now</title>""", Cancel);
        await File.WriteAllTextAsync(Path.Combine(dist, "icon.svg"), "<svg/>", Cancel);
        await WriteAsync(Path.Combine(dist, "assets", "app-D4x9.js"), "console.log('é')");
        await File.WriteAllBytesAsync(Path.Combine(dist, "assets", "geist.woff2"), [1, 2, 3], Cancel);
        await File.WriteAllTextAsync(Path.Combine(dist, "assets", "only.css.br"), "nothing", Cancel);
        await File.WriteAllTextAsync(Path.Combine(_folder, "secret.txt"), "secret", Cancel);
        await StartAsync(dist);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/p/default/now")]
    [InlineData("/p/default/messages/0199e1c2-0000-7000-8000-000000000000?m=1")]
    [InlineData("/settings")]
    [InlineData("/settings/tokens")]
    [InlineData("/sign-in")]
    public async Task Every_address_of_the_dashboard_is_its_page(string path)
    {
        using var answer = await GetAsync(path, Browser);
        var page = await answer.Content.ReadAsStringAsync(Cancel);

        Assert.Equal((HttpStatusCode.OK, "text/html; charset=utf-8"), (answer.StatusCode, answer.Content.Headers.ContentType?.ToString()));
        Assert.Equal("no-store", Header(answer, "Cache-Control"));
        var nonce = Nonces().Match(page).Groups["nonce"].Value;
        Assert.Equal(22, nonce.Length);
        Assert.Equal(
            $"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; "
            + $"connect-src 'self' ws://{_client.BaseAddress!.Authority}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
            Header(answer, "Content-Security-Policy"));
        Assert.Equal(("nosniff", "no-referrer", "same-origin"), (Header(answer, "X-Content-Type-Options"), Header(answer, "Referrer-Policy"), Header(answer, "Cross-Origin-Opener-Policy")));
        Assert.Null(answer.Headers.ETag);
    }

    [Fact]
    public async Task Each_answer_has_a_nonce_of_its_own()
    {
        var nonces = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 10; i++)
            nonces.Add(Nonces().Match(await (await GetAsync("/", Browser)).Content.ReadAsStringAsync(Cancel)).Groups["nonce"].Value);

        Assert.Equal(10, nonces.Count);
    }

    [Theory]
    [InlineData("*/*")]
    [InlineData("application/json")]
    [InlineData("text/html;q=0, */*")]
    [InlineData(null)]
    public async Task Programs_get_at_the_root_what_they_always_got_and_elsewhere_nothing(string? accept)
    {
        using var root = await GetAsync("/", accept);
        using var below = await GetAsync("/p/default/now", accept);

        Assert.DoesNotContain("csp-nonce", await root.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(accept == "application/json" ? HttpStatusCode.NotFound : HttpStatusCode.OK, root.StatusCode);
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (below.StatusCode, below.Content.Headers.ContentType?.MediaType));
    }

    [Theory]
    [InlineData("br, gzip", "br")]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("br;q=0, gzip;q=0.5", "gzip")]
    [InlineData("br;q=0.1, gzip;q=0.9", "gzip")]
    [InlineData("*", "br")]
    [InlineData("*;q=0", null)]
    [InlineData("deflate", null)]
    [InlineData(null, null)]
    public async Task A_file_is_sent_in_the_best_form_that_the_browser_takes(string? accepted, string? coding)
    {
        using var answer = await GetAsync(Script, "*/*", ("Accept-Encoding", accepted));
        var bytes = await answer.Content.ReadAsByteArrayAsync(Cancel);

        Assert.Equal(coding, answer.Content.Headers.ContentEncoding.SingleOrDefault());
        Assert.Equal("console.log('é')", Decode(bytes, coding));
        Assert.Equal(("text/javascript; charset=utf-8", "public, max-age=31536000, immutable", "Accept-Encoding"), (answer.Content.Headers.ContentType?.ToString(), Header(answer, "Cache-Control"), Header(answer, "Vary")));
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
    }

    [Fact]
    public async Task A_file_that_the_browser_has_is_not_sent_again_and_each_form_is_another()
    {
        using var first = await GetAsync(Script, "*/*", ("Accept-Encoding", "br"));
        using var same = await GetAsync(Script, "*/*", ("Accept-Encoding", "br"), ("If-None-Match", $"{first.Headers.ETag}"));
        using var other = await GetAsync(Script, "*/*", ("Accept-Encoding", "gzip"), ("If-None-Match", $"{first.Headers.ETag}"));

        Assert.Equal((HttpStatusCode.NotModified, HttpStatusCode.OK), (same.StatusCode, other.StatusCode));
        Assert.Empty(await same.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(Header(first, "Cache-Control"), Header(same, "Cache-Control"));
    }

    [Theory]
    [InlineData(Script)]
    [InlineData("/")]
    [InlineData("/icon.svg")]
    public async Task HEAD_says_what_GET_would(string path)
    {
        using var got = await GetAsync(path, Browser);
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        request.Headers.TryAddWithoutValidation("Accept", Browser);
        using var head = await _client.SendAsync(request, Cancel);

        Assert.Equal((got.StatusCode, got.Content.Headers.ContentType, got.Content.Headers.ContentLength), (head.StatusCode, head.Content.Headers.ContentType, head.Content.Headers.ContentLength));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Theory]
    [InlineData("/icon.svg", "image/svg+xml", "no-cache")]
    [InlineData("/assets/geist.woff2", "font/woff2", "public, max-age=31536000, immutable")]
    public async Task Files_have_their_types(string path, string type, string cache)
    {
        using var answer = await GetAsync(path, "*/*");

        Assert.Equal((HttpStatusCode.OK, type, cache), (answer.StatusCode, answer.Content.Headers.ContentType?.ToString(), Header(answer, "Cache-Control")));
        Assert.NotNull(answer.Headers.ETag);
    }

    [Theory]
    [InlineData("/assets/app-OLD.js")]
    [InlineData("/assets/")]
    [InlineData("/assets")]
    [InlineData("/assets/app-D4x9.js.br")]
    [InlineData("/assets/only.css")]
    [InlineData("/assets/../index.html")]
    [InlineData("/assets/..%2findex.html")]
    [InlineData("/assets/%2e%2e/%2e%2e/secret.txt")]
    [InlineData("/assets/..%5c..%5csecret.txt")]
    [InlineData("/assets//etc/passwd")]
    [InlineData("/secret.txt")]
    [InlineData("/index.html")]
    public async Task What_is_not_a_file_of_the_dashboard_is_not_there(string path)
    {
        // As it is: Uri would shorten the path.
        using var answer = await GetAsync(path, Browser, raw: true);

        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.DoesNotContain("immutable", $"{Header(answer, "Cache-Control")}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_else_may_frame_or_rebind_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "evil.example" } };
        using var answer = await _client.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task A_server_without_the_dashboard_says_how_to_get_it()
    {
        await RestartAsync(ServerSettings.NoDashboard);

        foreach (var path in new[] { "/", "/sign-in" })
            Assert.Contains("Node.js 20", await (await GetAsync(path, Browser)).Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        foreach (var path in new[] { "/p/default/now", "/settings", Script })
            Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(path, Browser)).StatusCode);
    }

    [Fact]
    public async Task A_folder_without_a_dashboard_is_refused_at_the_start()
    {
        foreach (var folder in new[] { _folder, Path.Combine(_folder, "nowhere") })
        {
            var refused = await Assert.ThrowsAnyAsync<StartRefusedException>(() => ParleyServer.BuildAsync(SettingsFor(folder, "refused"), cancellationToken: Cancel));
            Assert.Contains("has no built dashboard", refused.Message, StringComparison.Ordinal);
        }
    }

    private async Task RestartAsync(string dashboard)
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await StartAsync(dashboard);
    }

    private async Task StartAsync(string dashboard)
    {
        _server = await ParleyServer.BuildAsync(SettingsFor(dashboard, "data"), cancellationToken: Cancel);
        await _server.StartAsync(Cancel);
        _client = new HttpClient { BaseAddress = _server.Address };
    }

    private ServerSettings SettingsFor(string dashboard, string data) =>
        ServerSettings.Default with { Port = 0, DataFolder = Path.Combine(_folder, data), LogLevel = LogLevel.Error, Dashboard = dashboard };

    private async Task<HttpResponseMessage> GetAsync(string path, string? accept, params (string Name, string? Value)[] headers) => await GetAsync(path, accept, raw: false, headers);

    private async Task<HttpResponseMessage> GetAsync(string path, string? accept, bool raw, params (string Name, string? Value)[] headers)
    {
        var address = new Uri($"{_client.BaseAddress!.GetLeftPart(UriPartial.Authority)}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = raw });
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        foreach (var (name, value) in headers.Where(header => header.Value is not null))
            request.Headers.TryAddWithoutValidation(name, value);
        return await _client.SendAsync(request, Cancel);
    }

    private static async Task WriteAsync(string file, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        await File.WriteAllBytesAsync(file, bytes, Cancel);
        await using (var brotli = new BrotliStream(File.Create($"{file}.br"), CompressionLevel.SmallestSize))
            await brotli.WriteAsync(bytes, Cancel);
        await using var gzip = new GZipStream(File.Create($"{file}.gz"), CompressionLevel.SmallestSize);
        await gzip.WriteAsync(bytes, Cancel);
    }

    private static string Decode(byte[] bytes, string? coding)
    {
        using var source = new MemoryStream(bytes);
        using Stream plain = coding switch
        {
            "br" => new BrotliStream(source, CompressionMode.Decompress),
            "gzip" => new GZipStream(source, CompressionMode.Decompress),
            _ => source,
        };
        using var reader = new StreamReader(plain);
        return reader.ReadToEnd();
    }

    private static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    [GeneratedRegex("content=\"(?<nonce>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Nonces();
}
