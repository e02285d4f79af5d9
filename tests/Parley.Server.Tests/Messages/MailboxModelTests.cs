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
public sealed class MailboxModelTests
{
    private const int Runs = 60;
    private const int LongestLife = 90;

    [Theory]
    [InlineData(300)]
    [InlineData(0)]
    public void A_mailbox_behaves_as_its_model(int agingSeconds)
    {
        var seed = Number("PARLEY_MODEL_SEED") ?? (ulong)Random.Shared.NextInt64();
        var config = Config.QuickThrowOnFailure
            .WithMaxTest((int)(Number("PARLEY_MODEL_RUNS") ?? Runs))
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

    private static void Live(int agingSeconds, MailboxStep[] steps) => LiveAsync(agingSeconds, steps).GetAwaiter().GetResult();

    private static async Task LiveAsync(int agingSeconds, MailboxStep[] steps)
    {
        await using var store = await SqliteStoreScope.OpenAsync(new ProjectSettings
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
