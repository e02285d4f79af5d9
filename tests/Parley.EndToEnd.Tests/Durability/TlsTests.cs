using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Parley.Client;
using Parley.EndToEnd.Tests.Cli;
using Xunit;

namespace Parley.EndToEnd.Tests.Durability;

/// <summary>The published server with a certificate that somebody made for himself: over HTTPS and WSS, by those who are told to trust it.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-tls-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Certificate => Path.Combine(_folder, "cert.pem");

    [Fact]
    public async Task The_SDK_the_command_line_and_curl_trust_only_the_given_certificate()
    {
        await using var server = await StartAsync();
        var token = (await File.ReadAllTextAsync(Path.Combine(server.DataFolder, "admin.token"), Cancel)).Trim();
        var options = new ParleyOptions { Url = server.Url, DataFolder = server.DataFolder, ConfigFolder = server.ConfigFolder, CaCertificate = Certificate };

        // HTTPS and WSS by the SDK.
        await using var sender = await ParleyAgent.ConnectAsync(options with { AgentId = "ada" }, Cancel);
        await using var receiver = await ParleyAgent.ConnectAsync(options with { AgentId = "bob" }, Cancel);
        await sender.SendAsync("bob", "under seal", Cancel);
        await foreach (var message in receiver.ReceiveAsync(Cancel))
        {
            Assert.Equal("under seal", message.Content);
            await message.AckAsync(confirm: true, Cancel);
            break;
        }

        await Assert.ThrowsAsync<ParleyUnreachableException>(() => ParleyAgent.ConnectAsync(options with { AgentId = "ada", CaCertificate = null }, Cancel));
        await using var api = ParleyApi.Open(options with { CaCertificate = Other() });
        await Assert.ThrowsAsync<ParleyUnreachableException>(() => api.StatsAsync(Cancel));

        // The command line, by its option and by the variable.
        var environment = new Dictionary<string, string> { ["PARLEY_URL"] = server.Url, ["PARLEY_TOKEN"] = token, ["XDG_CONFIG_HOME"] = _folder };
        var agents = await Binary.RunAsync(environment, ["agents", "--cacert", Certificate], Cancel);
        Assert.True(agents.ExitCode == 0 && agents.Output.Contains("ada", StringComparison.Ordinal), agents.Error);
        Assert.Equal(0, (await Binary.RunAsync(new Dictionary<string, string>(environment) { ["PARLEY_CACERT"] = Certificate }, ["agents"], Cancel)).ExitCode);
        Assert.Equal(6, (await Binary.RunAsync(environment, ["agents"], Cancel)).ExitCode);

        // The doctor looks at the clock by the same trust.
        var doctor = await Binary.RunAsync(environment, ["doctor", "--cacert", Certificate, "--json"], Cancel);
        Assert.Contains("agrees with the server's", System.Text.RegularExpressions.Regex.Unescape(doctor.Output), StringComparison.Ordinal);

        // And who is not ours at all.
        Assert.Equal((0, "200"), await CurlAsync("--cacert", Certificate, $"{server.Url}/health"));
        Assert.Equal(60, (await CurlAsync($"{server.Url}/health")).ExitCode);
    }

    [Fact]
    public async Task A_file_without_a_certificate_is_reported_by_name()
    {
        var file = Path.Combine(_folder, "empty.pem");
        await File.WriteAllTextAsync(file, "nothing", Cancel);

        foreach (var name in new[] { file, Path.Combine(_folder, "missing.pem") })
            Assert.Contains(name, Assert.Throws<ParleyConfigurationException>(() => ParleyApi.Open(new ParleyOptions { Url = "https://127.0.0.1:1", CaCertificate = name })).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<KillableServer> StartAsync()
    {
        var key = Make(Certificate);
        var server = new KillableServer(await PublishedBinary.FindAsync(Cancel), null, "--tls-cert", Certificate, "--tls-key", key);
        await server.StartAsync(Cancel);
        return server;
    }

    private string Other()
    {
        var file = Path.Combine(_folder, "other.pem");
        Make(file);
        return file;
    }

    /// <returns>The file of the key.</returns>
    private static string Make(string certificateFile)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        var keyFile = $"{certificateFile}.key";
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return keyFile;
    }

    private static async Task<(int ExitCode, string Status)> CurlAsync(params string[] words)
    {
        using var curl = Process.Start(new ProcessStartInfo("curl", ["--silent", "--max-time", "30", "--output", "/dev/null", "--write-out", "%{http_code}", .. words])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var status = await curl.StandardOutput.ReadToEndAsync(Cancel);
        await curl.WaitForExitAsync(Cancel);
        return (curl.ExitCode, status);
    }
}
