using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Server.Security;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Settings;

public sealed class KestrelSetupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-kestrel-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("*")]
    public async Task The_server_listens_at_the_configured_address_on_a_free_port(string address)
    {
        await using var host = await EdgeHost.StartAsync(mapOutside: MapSeen, change: settings => settings with { Host = address });

        using var client = new HttpClient();
        Assert.Equal("http 127.0.0.1", await client.GetStringAsync(new Uri($"http://127.0.0.1:{host.Client.BaseAddress!.Port}/seen"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_certificate_file_makes_it_HTTPS()
    {
        var (certificate, key) = TestCertificate.Write(_folder);
        await using var host = await EdgeHost.StartAsync(mapOutside: MapSeen, change: settings => settings with { TlsCert = certificate, TlsKey = key });
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(certificate, TestContext.Current.CancellationToken)));
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = trust } });

        Assert.Equal("https", host.Client.BaseAddress!.Scheme);
        Assert.Equal("https 127.0.0.1", await client.GetStringAsync(new Uri(host.Client.BaseAddress, "/seen"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("", "http 127.0.0.1")]
    [InlineData("10.0.0.0/8", "http 127.0.0.1")]
    [InlineData("127.0.0.1", "https 203.0.113.7")]
    [InlineData("127.0.0.0/8,::1", "https 203.0.113.7")]
    public async Task Only_a_trusted_proxy_can_say_who_is_calling(string proxies, string seen)
    {
        var networks = proxies.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(proxy => IPNetwork.TryParse(proxy, out var network) ? network : new IPNetwork(IPAddress.Parse(proxy), proxy.Contains(':', StringComparison.Ordinal) ? 128 : 32)).ToArray();
        await using var host = await EdgeHost.StartAsync(mapOutside: MapSeen, change: settings => settings with { TrustedProxies = networks });

        var answer = await host.GetAsync("/seen", null, ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "https"));

        Assert.Equal(seen, answer.Text);
    }

    [Fact]
    public async Task A_request_with_endless_headers_is_refused()
    {
        await using var host = await EdgeHost.StartAsync(mapOutside: MapSeen);

        var answer = await host.GetAsync("/seen", null, ("X-Long", new string('x', 40_000)));

        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, answer.Status);
    }

    private static void MapSeen(IEndpointRouteBuilder routes) =>
        routes.MapGet("/seen", (HttpContext context) => $"{context.Request.Scheme} {context.Connection.RemoteIpAddress!.MapToIPv4()}").AllowAnyone();
}
