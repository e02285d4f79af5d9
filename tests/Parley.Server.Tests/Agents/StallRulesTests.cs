using Parley.Protocol;
using Parley.Server.Agents;
using Xunit;

namespace Parley.Server.Tests.Agents;

public sealed class StallRulesTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    // Two minutes between two signs: ten minutes is the least, and exactly ten are not longer.
    [InlineData(120, 600, false)]
    [InlineData(120, 601, true)]
    // Three minutes: five times that.
    [InlineData(180, 900, false)]
    [InlineData(180, 901, true)]
    [InlineData(3_600, 5 * 3_600, false)]
    [InlineData(3_600, (5 * 3_600) + 1, true)]
    public void An_agent_stalls_when_it_is_silent_for_far_longer_than_usual(int usual, int silent, bool stalls)
    {
        var signs = Enumerable.Range(0, 51).Select(i => At(i * usual).ToUnixTimeMilliseconds()).ToList();
        var last = At(50 * usual);

        var stall = StallRules.Judge(AgentActivity.Working, Start, signs, last + TimeSpan.FromSeconds(silent));

        Assert.Equal(stalls ? new AgentStall { Since = last, UsualSeconds = usual } : null, stall);
    }

    [Fact]
    public void A_few_long_pauses_do_not_change_what_is_usual()
    {
        long[] signs = [.. ((int[])[0, 60, 120, 180, 3_780, 3_840, 3_900]).Select(second => At(second).ToUnixTimeMilliseconds())];

        Assert.Equal(60, StallRules.Judge(AgentActivity.Working, Start, signs, At(3_900 + 601))!.UsualSeconds);
    }

    [Fact]
    public void An_agent_without_signs_is_silent_since_it_began_to_work()
    {
        Assert.Null(StallRules.Judge(AgentActivity.Working, Start, [], At(600)));
        Assert.Equal(new AgentStall { Since = Start, UsualSeconds = null }, StallRules.Judge(AgentActivity.Working, Start, [], At(601)));
    }

    [Theory]
    [InlineData(AgentActivity.Idle)]
    [InlineData(AgentActivity.Blocked)]
    [InlineData(AgentActivity.BlockedOnHuman)]
    [InlineData(AgentActivity.Unknown)]
    public void Whoever_does_not_work_does_not_stall(AgentActivity activity) =>
        Assert.Null(StallRules.Judge(activity, Start, [Start.ToUnixTimeMilliseconds()], At(100_000)));

    [Fact]
    public void The_last_signs_are_kept_in_order()
    {
        var signs = new AgentSigns();
        for (var second = 0; second < 120; second++)
            signs.Add(At(second));

        var kept = signs.Read();

        Assert.Equal(51, kept.Length);
        Assert.Equal(At(69).ToUnixTimeMilliseconds(), kept[0]);
        Assert.Equal(At(119).ToUnixTimeMilliseconds(), kept[^1]);
    }

    private static DateTimeOffset At(int second) => Start + TimeSpan.FromSeconds(second);
}
