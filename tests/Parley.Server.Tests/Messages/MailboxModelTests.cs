using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using Parley.Protocol;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Messages;

/// <summary>Random lives of a mailbox, each step compared with <see cref="MailboxModel"/>. A failure names the shortest life that fails and
/// the seed; <c>PARLEY_MODEL_SEED</c> runs the same lives again, <c>PARLEY_MODEL_RUNS</c> another number of them.</summary>
public abstract class MailboxModelTests
{
    private const int LongestLife = 90;

    /// <summary>How many lives, where nobody says.</summary>
    private protected abstract int Runs { get; }

    private protected abstract Task<StoreScope> OpenAsync(ProjectSettings settings);

    [Theory]
    [InlineData(300)]
    [InlineData(0)]
    public void A_mailbox_behaves_like_its_model(int agingSeconds)
    {
        var seed = Number("PARLEY_MODEL_SEED") ?? (ulong)Random.Shared.NextInt64();
        var config = Config.QuickThrowOnFailure
            .WithMaxTest((int)(Number("PARLEY_MODEL_RUNS") ?? (ulong)Runs))
            .WithStartSize(5)
            .WithEndSize(LongestLife)
            .WithReplay(new Replay(new Rnd(seed), FSharpOption<int>.None));
        try
        {
            Check.One(config, Prop.ForAll(MailboxSteps.Sequences, steps => Live(agingSeconds, steps)));
        }
        catch (Exception failure)
        {
            Assert.Fail($"PARLEY_MODEL_SEED={seed.ToString(CultureInfo.InvariantCulture)} runs these lives again.\n{failure}");
        }
    }

    private void Live(int agingSeconds, MailboxStep[] steps) => LiveAsync(agingSeconds, steps).GetAwaiter().GetResult();

    private async Task LiveAsync(int agingSeconds, MailboxStep[] steps)
    {
        await using var store = await OpenAsync(new ProjectSettings
        {
            PriorityAgingSeconds = agingSeconds,
            RetryDelaySeconds = 5,
            MaxAttempts = 3,
            MailboxLimit = 12,
        });
        var life = new MailboxLife(store);
        foreach (var step in steps)
            await life.StepAsync(step);
        await life.EndAsync();
    }

    private static ulong? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;
}

public sealed class SqliteMailboxModelTests : MailboxModelTests
{
    private protected override int Runs => 60;

    private protected override async Task<StoreScope> OpenAsync(ProjectSettings settings) => await SqliteStoreScope.OpenAsync(settings);
}

/// <summary>Fewer lives: each has a database of its own, and each step journeys there.</summary>
public sealed class PostgresMailboxModelTests(PostgresDatabases databases) : MailboxModelTests
{
    private protected override int Runs => 12;

    private protected override async Task<StoreScope> OpenAsync(ProjectSettings settings) => await PostgresStoreScope.OpenAsync(databases, settings);
}
