using System.Text;

namespace Parley.Server.Storage.Sqlite;

/// <summary>A prepared statement: bind from 1, step, read columns from 0, reset.</summary>
internal sealed unsafe class SqliteStatement(SqliteConnection connection, nint handle) : IDisposable
{
    private nint _handle = handle;

    /// <summary>How many times SQLite has compiled it again. That costs more than most queries.</summary>
    internal int TimesRecompiled => Sqlite3.StatementStatus(_handle, counter: 5, resets: 0);

    internal SqliteStatement Bind(int index, long value)
    {
        connection.Check(Sqlite3.BindInt64(_handle, index, value));
        return this;
    }

    internal SqliteStatement Bind(int index, long? value) => value is { } number ? Bind(index, number) : BindNull(index);

    internal SqliteStatement BindNull(int index)
    {
        connection.Check(Sqlite3.BindNull(_handle, index));
        return this;
    }

    internal SqliteStatement Bind(int index, string? value)
    {
        if (value is null)
            return BindNull(index);

        // UTF-8 needs at most three bytes per UTF-16 code unit. Short texts stay on the stack.
        var most = value.Length * 3;
        if (most <= 512)
        {
            Span<byte> utf8 = stackalloc byte[512];
            return Bind(index, utf8[..Encoding.UTF8.GetBytes(value, utf8)]);
        }

        return Bind(index, (ReadOnlySpan<byte>)Encoding.UTF8.GetBytes(value));
    }

    /// <summary>Binds text that is already UTF-8.</summary>
    internal SqliteStatement Bind(int index, ReadOnlySpan<byte> utf8)
    {
        // A null pointer would bind NULL, so even an empty text needs an address.
        byte nothing = 0;
        fixed (byte* start = utf8)
            connection.Check(Sqlite3.BindText(_handle, index, start is null ? &nothing : start, utf8.Length, Sqlite3.Transient));
        return this;
    }

    internal SqliteStatement BindBlob(int index, ReadOnlySpan<byte> value)
    {
        byte nothing = 0;
        fixed (byte* start = value)
            connection.Check(Sqlite3.BindBlob(_handle, index, start is null ? &nothing : start, value.Length, Sqlite3.Transient));
        return this;
    }

    /// <returns>True if there is a row to read. After the last row, the statement is reset.</returns>
    internal bool Step()
    {
        var code = Sqlite3.Step(_handle);
        if (code == Sqlite3.Row)
            return true;
        if (code == Sqlite3.Done)
        {
            _ = Sqlite3.Reset(_handle);
            return false;
        }

        var error = connection.Error();
        _ = Sqlite3.Reset(_handle);
        throw error;
    }

    /// <summary>Runs a statement that returns no rows.</summary>
    /// <returns>The number of rows it changed.</returns>
    internal int Run()
    {
        if (Step())
            Reset();
        return connection.Changes;
    }

    /// <summary>The first column of the first row; null if there is none.</summary>
    internal long? Scalar()
    {
        if (!Step())
            return null;
        var value = IsNull(0) ? (long?)null : Int64(0);
        Reset();
        return value;
    }

    /// <summary>Ends reading before the last row.</summary>
    internal void Reset() => _ = Sqlite3.Reset(_handle);

    internal int Columns => Sqlite3.ColumnCount(_handle);

    internal bool IsNull(int column) => Sqlite3.ColumnType(_handle, column) == 5;

    internal long Int64(int column) => Sqlite3.ColumnInt64(_handle, column);

    internal int Int32(int column) => (int)Sqlite3.ColumnInt64(_handle, column);

    internal long? NullableInt64(int column) => IsNull(column) ? null : Int64(column);

    /// <summary>Valid until the next step.</summary>
    internal ReadOnlySpan<byte> Blob(int column)
    {
        var start = Sqlite3.ColumnBlob(_handle, column);
        return new ReadOnlySpan<byte>(start, Sqlite3.ColumnBytes(_handle, column));
    }

    internal string? Text(int column)
    {
        var start = Sqlite3.ColumnText(_handle, column);
        return start is null ? null : Encoding.UTF8.GetString(start, Sqlite3.ColumnBytes(_handle, column));
    }

    public void Dispose()
    {
        _ = Sqlite3.Finalize(_handle);
        _handle = 0;
    }
}
