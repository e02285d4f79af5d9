using Parley.Server.Agents;
using Xunit;

namespace Parley.Server.Tests.Routing;

public sealed class TopicPatternTests
{
    [Theory]
    [InlineData("builds", "builds", true)]
    [InlineData("builds", "Builds", false)]
    [InlineData("builds.failed", "builds.failed", true)]
    [InlineData("builds.failed", "builds", false)]
    [InlineData("builds", "builds.failed", false)]
    [InlineData("builds.*", "builds.failed", true)]
    [InlineData("builds.*", "builds", false)]
    [InlineData("builds.*", "builds.failed.again", false)]
    [InlineData("*.failed", "builds.failed", true)]
    [InlineData("*.failed", "builds.passed", false)]
    [InlineData("builds.*.again", "builds.failed.again", true)]
    [InlineData("builds.>", "builds.failed.again", true)]
    [InlineData("builds.>", "builds.failed", true)]
    [InlineData("builds.>", "builds", false)]
    [InlineData(">", "builds.failed", true)]
    [InlineData("build", "builds", false)]
    public void A_pattern_matches_its_topics_and_no_others(string pattern, string topic, bool matches) =>
        Assert.Equal(matches, TopicPattern.Matches(pattern, topic));

    [Theory]
    [InlineData("builds", true)]
    [InlineData("builds.*.x-1_Y", true)]
    [InlineData("builds.>", true)]
    [InlineData(">", true)]
    [InlineData("", false)]
    [InlineData("builds.", false)]
    [InlineData(".builds", false)]
    [InlineData("a..b", false)]
    [InlineData("builds.>.x", false)]
    [InlineData("build*", false)]
    [InlineData("a b", false)]
    [InlineData("\u00e4", false)]
    public void A_pattern_is_words_between_dots(string pattern, bool isValid) => Assert.Equal(isValid, TopicPattern.IsValid(pattern));
}
