using Parley.Server.Log;
using Parley.Server.Storage;
using Xunit;

namespace Parley.Server.Tests.Storage;

public sealed class LogStampTests
{
    [Theory]
    [InlineData(99, false)]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void An_entry_must_have_its_logs_current_time(long stamp, bool isAppended)
    {
        var entry = new LogEntry { Project = 1, Seq = 2, Kind = EntryKind.Agent, Stamp = stamp, Audience = Audience.Project, Sender = 1, Type = "agent", Json = [] };

        var refusal = Record.Exception(() => LogStamp.Check(entry, last: 100));

        Assert.Equal(isAppended, refusal is null);
    }
}
