using Parley.Server.ExportImport;
using Parley.Server.Log;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.ExportImport;

/// <summary>Memory does not grow with the data: at each moment few lines are on their way.</summary>
public sealed class StreamingTests
{
    private const int Messages = 100_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_thousand_messages_go_through_line_by_line_and_batch_by_batch()
    {
        await using var file = new FileStream(Path.GetTempFileName(), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose });
        await using var from = new ManyMessages();
        await using var counting = new CountingStream(file, from);

        var export = await Exporter.ToStreamAsync(from, counting, TimeProvider.System, progress: null, Cancel);
        file.Position = 0;
        await using var to = new CountingStore();
        var importer = new Importer(to, TimeProvider.System);
        var import = await importer.RunAsync(file, progress: null, Cancel);

        Assert.Equal((Messages, 1), (from.Read, counting.MostAhead));
        Assert.Equal((Messages, export.DataSha256), (to.Taken, import.DataSha256));
        Assert.InRange(to.Largest, 1, importer.BatchLines);
    }

    private sealed class ManyMessages : IStoreExport
    {
        internal int Read { get; private set; }

        public string Source => "test";

        public bool InUse => false;

        public string Stamp => "same";

        public IAsyncEnumerable<ExportLine> ReadAsync(string kind, long skip, CancellationToken cancellationToken) =>
            (kind == LineKinds.Entry ? Lines() : []).ToAsyncEnumerable();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private IEnumerable<ExportLine> Lines()
        {
            for (var seq = 1; seq <= Messages; seq++)
            {
                Read++;
                yield return new EntryLine
                {
                    Project = 1,
                    Seq = seq,
                    EntryKind = EntryKind.Message,
                    Stamp = seq,
                    Sender = 1,
                    Audience = Audience.Named,
                    Entry = RawJson.Of("{}"),
                };
            }
        }
    }

    /// <summary>Sees how many lines were read and not yet written.</summary>
    private sealed class CountingStream(Stream inner, ManyMessages from) : Stream
    {
        private int _written = -1;

        internal int MostAhead { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            MostAhead = Math.Max(MostAhead, from.Read - Math.Max(_written, 0));
            _written++;
            return inner.WriteAsync(buffer, cancellationToken);
        }
    }

    private sealed class CountingStore : IStoreImport
    {
        internal int Taken { get; private set; }

        internal int Largest { get; private set; }

        public ImportProgress? Progress => null;

        public ValueTask BeginAsync(ImportProgress first, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask TakeAsync(IReadOnlyList<ExportLine> lines, ImportProgress progress, CancellationToken cancellationToken)
        {
            Taken += lines.Count;
            Largest = Math.Max(Largest, lines.Count);
            return ValueTask.CompletedTask;
        }

        public ValueTask FinishAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
