using System.Globalization;
using Parley.Client;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Durability;

/// <summary>The published server, killed with <c>kill -9</c> under load at random moments, on one data folder. <c>PARLEY_KILLS</c> says how
/// often (50), <c>PARLEY_KILL_SEED</c> at which moments; clients' own timing is not repeatable.</summary>
public sealed class KilledServerTests(ITestOutputHelper output)
{
    private const int Kills = 50;
    private static readonly TimeSpan LongestLife = TimeSpan.FromMilliseconds(1_200);

    /// <summary>Within this everything that was confirmed before a kill must have come again and be settled: a reconnect and a lease of 1 s.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_confirmed_is_there_once_after_every_kill_and_nothing_is_stuck()
    {
        var kills = Number("PARLEY_KILLS") ?? Kills;
        var seed = Number("PARLEY_KILL_SEED") ?? Random.Shared.Next();
        output.WriteLine($"PARLEY_KILL_SEED={seed}, {kills} kills");
        var random = new Random(seed);
        var account = new Account();
        await using var server = new KillableServer(await PublishedBinary.FindAsync(Cancel));
        await server.StartAsync(Cancel);
        await using var api = ParleyApi.Open(new ParleyOptions { Url = server.Url, DataFolder = server.DataFolder });
        await using var load = await Load.StartAsync(server, account, Cancel);
        var log = new LogFollower(api, load.Start);

        for (var kill = 1; kill <= kills; kill++)
        {
            // At any moment of its work: the time itself is what is tested.
            await Task.Delay(LongestLife * random.NextDouble(), TimeProvider.System, Cancel);
            await server.KillAsync();
            var confirmed = account.ConfirmedNow();
            // Now and then it does not live to see its start through.
            if (kill < kills && random.Next(5) == 0)
            {
                await server.StartAndKillAsync(TimeSpan.FromMilliseconds(random.Next(600)));
                kill++;
            }

            await server.StartAsync(Cancel);
            await VerifyAsync(api, account, log, confirmed, $"After kill {kill} of {kills}, seed {seed}");
        }

        await load.StopSendingAsync();
        await VerifyAsync(api, account, log, [.. account.Confirmed], $"At the end, seed {seed}");
        await VerifyEmptyAsync(api);
        var whole = new LogFollower(api, load.Start);
        Assert.Empty(await whole.ReadToAsync(log.Last, Cancel));
        Assert.Empty(whole.Compare(account.Confirmed));
        output.WriteLine($"{account.Confirmed.Count} confirmed, {account.AcknowledgedCount} acknowledged, {log.Last} entries");
        Assert.True(account.Confirmed.Count > kills * 10, $"Only {account.Confirmed.Count} messages were confirmed: that is no load.");
    }

    private static async Task VerifyAsync(
        ParleyApi api, Account account, LogFollower log, IReadOnlyCollection<KeyValuePair<string, (string Content, long Seq)>> confirmed, string when)
    {
        // Everything before it in the log was there when it was stored.
        var marker = await api.Messages.SendAsync(new SendRequest { To = ["sender"], Content = account.NextContent(), MessageType = "marker", SenderId = "receiver" }, Cancel);
        var faults = await log.ReadToAsync(marker.Seq, Cancel);
        faults.AddRange(log.Compare(confirmed));

        await Until.TrueAsync(() => confirmed.All(message => account.IsAcknowledged(message.Key)), Patience, Cancel);
        var stuck = confirmed.Where(message => !account.IsAcknowledged(message.Key)).ToList();
        if (stuck.Count > 0)
            faults.Add($"{stuck.Count} confirmed messages were never acknowledged.");
        foreach (var (id, message) in stuck.Take(5))
            faults.Add($"seq {message.Seq} is now {Assert.Single((await api.Messages.TraceAsync(id, Cancel)).Deliveries)}");
        faults.AddRange(account.Faults);
        Assert.True(faults.Count == 0, $"{when}:\n{string.Join('\n', faults.Take(20))}");
    }

    /// <summary>Nothing waits and nobody holds anything, but for the markers, which nobody reads.</summary>
    private static async Task VerifyEmptyAsync(ParleyApi api)
    {
        foreach (var id in new[] { "receiver", "rest-receiver" })
        {
            var mailbox = (await api.Agents.GetAsync(id, Cancel)).Mailbox;
            Assert.Equal((id, 0, 0, 0), (id, mailbox.Queued, mailbox.InFlight, mailbox.Dead));
        }
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
