using System.Globalization;
using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Memory;

/// <summary>The feed of a project's memory while others write to it.</summary>
public abstract class MemoryFeedTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1/memory", ByKey = $"{Api}/key/";

    /// <summary>More than two parts of a snapshot.</summary>
    private const int Keys = 250;

    private const int Writers = 3;

    /// <summary>A part of a snapshot is more than a connection's buffers hold.</summary>
    private static readonly string Large = $"\"{new string('x', 100_000)}\"";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>By key with a prefix, newest first without one: two orders in which a key could slip from a part that is to come to one that was.</summary>
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"prefix": "k/"}""")]
    public async Task A_snapshot_and_the_changes_behind_it_are_what_the_store_has_whoever_writes_meanwhile(string filter)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        for (var number = 0; number < Keys; number++)
            await SetAsync(host, admin, Key(number), Large);
        using var socket = await TestSocket.ConnectAsync(host, "ada", await host.RegisterAsync("ada"), receiveBuffer: 64 * 1024);
        await socket.AskAsync("subscribe", $$"""{"feeds": {"memory": {{filter}}}, "snapshot": true}""");
        // The first part is too large to be on its way as a whole, so that the snapshot stands still until it is read. Some go on as it is.
        await WriteAsync(host, admin, "1");
        var wrote = WriteAsync(host, admin, "2");

        var (known, parts) = (new Dictionary<string, string>(), 0);
        while (true)
        {
            var frame = await socket.NextAsync(static frame => frame.Event is "snapshot" or "change");
            var data = frame.Data!.Value;
            if (frame.Event == "change")
            {
                var item = data.GetProperty("item");
                if (KeyOf(item) == "k/end")
                    break;
                if (data.GetProperty("op").GetString() == "delete")
                {
                    known.Remove(KeyOf(item));
                    continue;
                }

                // What the snapshot shows already is not told again.
                if (known.TryGetValue(KeyOf(item), out var before))
                    Assert.True(VersionOf(item) > VersionOf(JsonElement.Parse(before)), $"Told already: {KeyOf(item)}");
                known[KeyOf(item)] = item.GetRawText();
                continue;
            }

            foreach (var item in data.GetProperty("items").EnumerateArray())
                known.Add(KeyOf(item), item.GetRawText());
            parts++;
            if (data.GetProperty("done").GetBoolean())
            {
                await wrote;
                await SetAsync(host, admin, "k/end", "true");
            }
        }

        Assert.True(parts > 2, $"The snapshot came in {parts} parts.");
        var stored = await ListAsync(host, admin);
        Assert.True(stored.Remove("k/end"));
        Assert.Equal(stored.Keys.Order(StringComparer.Ordinal), known.Keys.Order(StringComparer.Ordinal));
        Assert.All(stored, entry => Assert.Equal(entry.Value, known[entry.Key]));
    }

    /// <summary>Leaves, changes, deletes, and makes anew some keys each, and makes others. Where one part of a snapshot meets the next it leaves
    /// them: what is forgotten there, no change would bring.</summary>
    private static Task WriteAsync(ConceptHost host, string token, string value) => Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(
        async () =>
        {
            // Each has keys of its own, so that none meets what another has deleted.
            foreach (var number in Enumerable.Range(0, Keys).Where(number => number % Writers == writer))
            {
                var isLeft = number % 50 is < 2 or > 47;
                if (!isLeft && number % 4 >= 2)
                    await host.SendAsync(HttpMethod.Delete, ByKey + Key(number), token);
                if (!isLeft && number % 2 == 1)
                    await SetAsync(host, token, Key(number), value);
                if (number % 10 == 0)
                    await SetAsync(host, token, $"{Key(number)}/{value}", value);
            }
        },
        Cancel)));

    private static async Task SetAsync(ConceptHost host, string token, string key, string value)
    {
        var answer = await host.SendAsync(HttpMethod.Put, ByKey + key, token, $$"""{"value": {{value}}}""");
        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Created, answer.Text);
    }

    /// <summary>Every entry as it is told, by its key.</summary>
    private static async Task<Dictionary<string, string>> ListAsync(ConceptHost host, string token)
    {
        var entries = new Dictionary<string, string>();
        for (var after = ""; ;)
        {
            using var page = JsonDocument.Parse((await host.SendAsync(HttpMethod.Get, $"{Api}?limit=50{after}", token)).Text);
            foreach (var item in page.RootElement.GetProperty("items").EnumerateArray())
                entries.Add(KeyOf(item), item.GetRawText());
            if (!page.RootElement.TryGetProperty("next", out var next) || next.ValueKind == JsonValueKind.Null)
                return entries;
            after = $"&after={next.GetString()}";
        }
    }

    private static string Key(int number) => string.Create(CultureInfo.InvariantCulture, $"k/{number:000}");

    private static long VersionOf(JsonElement item) => item.GetProperty("version").GetInt64();

    private static string KeyOf(JsonElement item) => item.GetProperty("key").GetString()!;
}

public sealed class SqliteMemoryFeedTests() : MemoryFeedTests(new OnSqlite());

public sealed class PostgresMemoryFeedTests(PostgresDatabases databases) : MemoryFeedTests(new OnPostgres(databases));
