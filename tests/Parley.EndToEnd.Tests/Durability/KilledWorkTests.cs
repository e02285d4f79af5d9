using System.Globalization;
using System.Net;
using System.Text.Json;
using Parley.Tests.Postgres;
using Xunit;

namespace Parley.EndToEnd.Tests.Durability;

/// <summary>The published server, killed with <c>kill -9</c> under tasks, memory, and messages at the same time, on both databases. <c>PARLEY_KILLS</c>
/// says how often (5), <c>PARLEY_KILL_SEED</c> at which moments.</summary>
public sealed class KilledWorkTests(ITestOutputHelper output)
{
    private const int Kills = 5;

    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task On_SQLite_what_was_confirmed_is_there_and_the_counters_are_what_a_recount_gives() => KillAsync(database: null);

    [Fact]
    public async Task On_PostgreSQL_what_was_confirmed_is_there_and_the_counters_are_what_a_recount_gives()
    {
        await using var server = await PostgresServer.StartAsync();
        await KillAsync(server.Url(await server.CreateDatabaseAsync()));
    }

    private async Task KillAsync(string? database)
    {
        var kills = Number("PARLEY_KILLS") ?? Kills;
        var seed = Number("PARLEY_KILL_SEED") ?? Random.Shared.Next();
        output.WriteLine($"PARLEY_KILL_SEED={seed}, {kills} kills");
        var random = new Random(seed);
        await using var server = new KillableServer(await PublishedBinary.FindAsync(Cancel)) { Database = database };
        await server.StartAsync(Cancel);
        var admin = (await File.ReadAllTextAsync(Path.Combine(server.DataFolder, "admin.token"), Cancel)).Trim();
        await using var work = await Work.StartAsync(server.Url, admin);

        for (var kill = 1; kill <= kills; kill++)
        {
            // At any moment of its work, but not before it did any: the time itself is what is tested.
            var (tasks, messages) = (work.Tasks.Count, work.Messages.Count);
            Assert.True(await Until.TrueAsync(() => !work.Faults.IsEmpty || (work.Tasks.Count > tasks + 3 && work.Messages.Count > messages + 3), Patience, Cancel),
                $"Nothing is confirmed any more: {string.Join('\n', work.Faults.Prepend($"{work.Tasks.Count} tasks and {work.Messages.Count} messages were, before kill {kill}"))}");
            Assert.True(work.Faults.IsEmpty, $"Before kill {kill} of {kills}, seed {seed}:\n{string.Join('\n', work.Faults)}");
            await Task.Delay(LongestLife * random.NextDouble(), TimeProvider.System, Cancel);
            await server.KillAsync();
            var (confirmedTasks, confirmedMemory, confirmedMessages) = (work.Tasks.ToArray(), work.Memory.ToArray(), work.Messages.ToArray());
            await server.StartAsync(Cancel);
            await VerifyAsync(work, confirmedTasks, confirmedMemory, confirmedMessages, $"After kill {kill} of {kills}, seed {seed}");
        }

        await work.FinishAsync();
        await VerifyAsync(work, [.. work.Tasks], [.. work.Memory], [.. work.Messages], $"At the end, seed {seed}");
        await VerifyCountersAsync(work);
        output.WriteLine($"{work.Tasks.Count} tasks, {work.Memory.Sum(entry => entry.Value.Value)} writes, {work.Messages.Count} messages");
    }

    private static async Task VerifyAsync(
        Work work, KeyValuePair<string, (int Step, long Version, long Fence)>[] tasks, KeyValuePair<string, (long Value, long Version)>[] memory,
        KeyValuePair<string, bool>[] messages, string when)
    {
        var faults = work.Faults.ToList();
        var stored = (await AllAsync(work, "tasks")).ToDictionary(task => task.GetProperty("task_id").GetString()!);
        foreach (var (id, confirmed) in tasks)
        {
            if (!stored.TryGetValue(id, out var task))
                faults.Add($"The task {id} is gone.");
            else if (Array.IndexOf(Work.Steps, task.GetProperty("status").GetString()) < confirmed.Step || task.GetProperty("version").GetInt64() < confirmed.Version ||
                task.GetProperty("fence").GetInt64() != confirmed.Fence)
                faults.Add($"The task {id} was confirmed as {confirmed} and is {task}.");
        }

        foreach (var (key, confirmed) in memory)
        {
            var entry = (await work.AskAsync(HttpMethod.Get, $"memory/key/{key}")).Json;
            // It may be further, since the clients go on.
            if (entry.GetProperty("value").GetInt64() < confirmed.Value || entry.GetProperty("version").GetInt64() < confirmed.Version)
                faults.Add($"{key} was confirmed as {confirmed} and is {entry}.");
        }

        var ids = (await AllAsync(work, "messages?type=text")).Select(message => message.GetProperty("message_id").GetString()!).ToHashSet();
        faults.AddRange(messages.Where(message => !ids.Contains(message.Key)).Select(message => $"The message {message.Key} is gone."));
        Assert.True(faults.Count == 0, $"{when}:\n{string.Join('\n', faults.Take(20))}");
    }

    /// <summary>Counted over and over by a server that was killed, and counted anew from what is stored.</summary>
    private static async Task VerifyCountersAsync(Work work)
    {
        var stored = (await AllAsync(work, "messages")).GroupBy(message => message.GetProperty("message_type").GetString()!).ToDictionary(group => group.Key, group => (long)group.Count());
        // A hand-out is stored with its task or not at all; what a creation that was cut off left behind counts too.
        Assert.Equal((await AllAsync(work, "tasks")).Sum(task => task.GetProperty("fence").GetInt64()), stored["task_assignment"]);
        Assert.Equal(work.Messages.Count, stored["text"]);
        var types = new Dictionary<string, JsonElement>();
        await Until.TrueAsync(
            async () =>
            {
                types = (await work.AskAsync(HttpMethod.Get, "stats/messages")).Json.GetProperty("items").EnumerateArray().ToDictionary(type => type.GetProperty("message_type").GetString()!);
                return stored.All(type => types.TryGetValue(type.Key, out var counted) && counted.GetProperty("messages").GetInt64() >= type.Value) &&
                    types["text"].GetProperty("acknowledged").GetInt64() >= stored["text"];
            },
            Patience, Cancel);

        foreach (var (type, count) in stored)
        {
            Assert.Equal((type, count, count), (type, types[type].GetProperty("messages").GetInt64(), types[type].GetProperty("deliveries").GetInt64()));
            Assert.Equal(type == "text" ? count : 0, types[type].GetProperty("acknowledged").GetInt64());
        }

        var points = (await work.AskAsync(HttpMethod.Get, "stats/timeline?bucket=1m")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(stored.Values.Sum(), points.Sum(point => point.GetProperty("sent").GetInt64()));
        Assert.Equal(stored["text"], points.Sum(point => point.GetProperty("acknowledged").GetInt64()));
    }

    private static async Task<List<JsonElement>> AllAsync(Work work, string path)
    {
        var all = new List<JsonElement>();
        for (string? after = ""; after is not null;)
        {
            var (status, page) = await work.AskAsync(HttpMethod.Get, $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=500{(after.Length == 0 ? "" : $"&after={after}")}");
            Assert.Equal(HttpStatusCode.OK, status);
            all.AddRange(page.GetProperty("items").EnumerateArray());
            after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }

        return all;
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
