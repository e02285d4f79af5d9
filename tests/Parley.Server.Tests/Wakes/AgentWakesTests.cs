using FsCheck;
using FsCheck.Fluent;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Wakes;
using Xunit;

namespace Parley.Server.Tests.Wakes;

/// <summary>Whatever happens in whatever order, an agent has one wake at a time, and a way that can wake it is used in the end.</summary>
public sealed class AgentWakesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void There_is_never_a_second_wake_before_the_first_is_over()
    {
        var given = 0;
        var step = from what in Gen.Choose(0, 5)
                   from way in Gen.Choose(0, 5)
                   from seconds in Gen.Elements(0, 1, 4, 6, 29, 31, 119, 121, 601, 3601)
                   select new Step(what, (WakeWay)way, seconds);

        GeneratedCases.Hold(500, 60, Arb.From(step.ArrayOf(), GeneratedCases.Shorter), steps => given += Play(steps));

        Assert.True(given > 500, $"Only {given} wakes in all cases.");
    }

    [Fact]
    public void A_better_way_that_left_gives_way_to_a_lesser_one()
    {
        var reach = new AgentReach();
        var wakes = new AgentWakes(reach);
        wakes.Enlist(WakeWay.Keystrokes, Noon);
        wakes.Enlist(WakeWay.Socket, Noon);
        Assert.Null(wakes.Decide([1], WakeWay.Keystrokes, Noon).Id);

        wakes.Leave(WakeWay.Socket, Noon);

        wakes.Look(Noon + TimeSpan.FromSeconds(1));
        Assert.Equal(WakeWay.Socket, reach.Way);
        Assert.Null(wakes.Decide([1], WakeWay.Keystrokes, Noon + TimeSpan.FromSeconds(1)).Id);
        wakes.Look(Noon + WakeRules.Grace);
        Assert.Equal(WakeWay.Keystrokes, reach.Way);
        Assert.NotNull(wakes.Decide([1], WakeWay.Keystrokes, Noon + WakeRules.Grace).Id);
    }

    [Fact]
    public void A_wake_that_did_not_reach_its_waker_was_none()
    {
        var wakes = new AgentWakes(new AgentReach());
        var lost = wakes.Decide([1], WakeWay.Waiter, Noon).Id!.Value;

        wakes.TakeBack(lost);

        Assert.NotNull(wakes.Decide([1], WakeWay.Waiter, Noon).Id);
        wakes.TakeBack(lost);
        Assert.Null(wakes.Decide([1], WakeWay.Waiter, Noon).Id);
    }

    /// <returns>How many wakes there were.</returns>
    private static int Play(Step[] steps)
    {
        var (wakes, now, given, read) = (new AgentWakes(new AgentReach()), Noon, 0, 0);
        (Guid Id, DateTimeOffset At)? outstanding = null;
        foreach (var step in steps)
        {
            now += TimeSpan.FromSeconds(step.Seconds);
            switch (step.What)
            {
                case 0 or 1 or 2:
                    if (wakes.Decide([read], step.Way, now).Id is { } id)
                    {
                        Assert.True(outstanding is null || now >= outstanding.Value.At + WakeRules.Longest, "Two wakes at a time.");
                        outstanding = (id, now);
                        given++;
                    }

                    break;
                case 3:
                    wakes.TookTurn(hasAnswered: step.Way < WakeWay.Queue);
                    read++;
                    outstanding = null;
                    break;
                case 4 when outstanding is { } failed:
                    Assert.True(wakes.Report(failed.Id, WakeOutcome.Failed, now));
                    outstanding = null;
                    break;
                case 5 when outstanding is { } submitted:
                    Assert.True(wakes.Report(submitted.Id, WakeOutcome.Submitted, now));
                    break;
            }
        }

        return given;
    }

    private readonly record struct Step(int What, WakeWay Way, int Seconds);
}
