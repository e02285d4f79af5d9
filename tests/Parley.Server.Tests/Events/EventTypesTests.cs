using Parley.Server.Log;
using Xunit;

namespace Parley.Server.Tests.Events;

public sealed class EventTypesTests
{
    [Theory]
    [InlineData("build.failed", "build.failed", true)]
    [InlineData("build.failed", "build.failed.x", false)]
    [InlineData("build.*", "build.failed", true)]
    [InlineData("build.*", "build.failed.x", false)]
    [InlineData("build.*", "build", false)]
    [InlineData("build.>", "build.failed.x", true)]
    [InlineData("build.>", "build", false)]
    [InlineData(">", "agent_joined", true)]
    [InlineData("*", "agent_joined", true)]
    [InlineData("*", "build.failed", false)]
    [InlineData("task_*", "task_created", true)]
    [InlineData("task_*", "task_", true)]
    [InlineData("task_*", "tasks", false)]
    [InlineData("*.failed", "build.failed", true)]
    [InlineData("*.failed", "failed", false)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("a*b*c", "aXbYbZd", false)]
    [InlineData("**", "x", true)]
    [InlineData("", "x", false)]
    public void A_pattern_matches_word_by_word(string pattern, string type, bool matches)
    {
        Assert.Equal(matches, new EventTypes([pattern]).Take(type));
        Assert.True(new EventTypes([pattern, type]).Take(type));
    }

    [Fact]
    public void None_wanted_is_all() => Assert.True(EventTypes.All.Take("anything"));
}
