using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Parley.EndToEnd.Tests.Cli;
using Xunit;

namespace Parley.EndToEnd.Tests.Durability;

/// <summary>The published server on a file system of its own that runs full. Mounting one needs root.</summary>
public sealed class FullDiskTests
{
    private const int Most = 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly string Payload = new('x', 100_000);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_refuses_writes_serves_reads_and_loses_nothing_and_service_resumes_by_itself()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 48);
        // What is deleted later, to make room.
        await File.WriteAllBytesAsync(Path.Combine(disk.Folder, "ballast"), new byte[16 << 20], Cancel);
        await using var server = new KillableServer(await PublishedBinary.FindAsync(Cancel), disk.Folder);
        await server.StartAsync(Cancel);
        using var client = new HttpClient { BaseAddress = new Uri(server.Url) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", (await File.ReadAllTextAsync(Path.Combine(server.DataFolder, "admin.token"), Cancel)).Trim());
        await RegisterAsync(client);

        var confirmed = new List<string>();
        HttpResponseMessage answer;
        while ((answer = await SendAsync(client)).StatusCode == HttpStatusCode.Created && confirmed.Count < Most)
            confirmed.Add(await IdOfAsync(answer));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero, "The refusal does not say when to come again.");
        Assert.Equal("storage_unavailable", (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await SendAsync(client)).StatusCode);
        Assert.NotEmpty(confirmed);
        await VerifyAsync(client, confirmed);

        File.Delete(Path.Combine(disk.Folder, "ballast"));
        Assert.True(await Until.TrueAsync(async () => (answer = await SendAsync(client)).StatusCode == HttpStatusCode.Created, Patience, Cancel), $"{answer}");
        confirmed.Add(await IdOfAsync(answer));

        await server.KillAsync();
        await server.StartAsync(Cancel);
        await VerifyAsync(client, confirmed);
    }

    [Fact]
    public async Task A_server_without_disk_space_says_so_and_does_not_start()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 1);
        await File.WriteAllBytesAsync(Path.Combine(disk.Folder, "ballast"), new byte[900 << 10], Cancel);
        var folder = Path.Combine(disk.Folder, "data");

        var run = await Binary.RunAsync(new Dictionary<string, string>(), ["serve", "--port", "0", "--data", folder], Cancel);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"parley: The data folder '{folder}' cannot be used: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("database or disk is full", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    private static async Task RegisterAsync(HttpClient client)
    {
        using var body = Json("""{"agent_id": "be-1"}""");
        Assert.True((await client.PostAsync("/api/v1/agents/register", body, Cancel)).IsSuccessStatusCode);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client)
    {
        using var body = Json($$"""{"to": "be-1", "payload": "{{Payload}}"}""");
        return await client.PostAsync("/api/v1/messages", body, Cancel);
    }

    private static async Task<string> IdOfAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("message_id").GetString()!;

    /// <summary>Everything that was confirmed can be read, and nothing else was stored.</summary>
    private static async Task VerifyAsync(HttpClient client, List<string> confirmed)
    {
        foreach (var id in confirmed)
            Assert.Equal(Payload.Length, (await client.GetFromJsonAsync<JsonElement>($"/api/v1/messages/{id}", Cancel)).GetProperty("payload").GetString()!.Length);
        var mailbox = (await client.GetFromJsonAsync<JsonElement>("/api/v1/agents/be-1", Cancel)).GetProperty("mailbox");
        Assert.Equal(confirmed.Count, mailbox.GetProperty("queued").GetInt32());
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    /// <summary>A file system in memory that holds so much and no more.</summary>
    private sealed class SmallDisk : IAsyncDisposable
    {
        private SmallDisk(string folder) => Folder = folder;

        internal string Folder { get; }

        internal static async Task<SmallDisk> MountAsync(int megabytes)
        {
            var folder = Directory.CreateTempSubdirectory("parley-disk-").FullName;
            await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder);
            return new SmallDisk(folder);
        }

        public async ValueTask DisposeAsync()
        {
            await RunAsync("umount", Folder);
            Directory.Delete(Folder);
        }

        private static async Task RunAsync(string command, params string[] words)
        {
            using var process = Process.Start(new ProcessStartInfo(command, words) { UseShellExecute = false, RedirectStandardError = true })!;
            var error = await process.StandardError.ReadToEndAsync(CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
            Assert.True(process.ExitCode == 0, $"{command} {string.Join(' ', words)}: {error}");
        }
    }
}
