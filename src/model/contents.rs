//! The bytes of one tensor: mapped, copied, or read into memory of the caller.

use std::ops::ControlFlow;

use bytes::Bytes;

use super::Model;
use crate::digest::Digest;
use crate::error::{Error, Kind, Result};
use crate::formats::BUILT_ALIGNMENT;
use crate::host::Progress;
use crate::load::{PayloadFile, contiguous_bytes, digest_tensors};
use crate::storage::Source;
use crate::tensor::{Span, Tensor};

impl Model {
    /// The stored bytes of a tensor with no copy. They outlive the model. Of a view they are its run: where its strides
    /// lead is for the caller to see; elements that are stored otherwise than they are used, and tensors in pieces,
    /// have no such bytes.
    ///
    /// The first view of a file maps it. Whether the file has been written since it was opened is examined ten times a second at
    /// the most; other calls make no system call. [`Kind::NotMapped`]: there are no such bytes, the model was opened for reading
    /// only, or the file cannot be mapped, which the message then explains; [`bytes`](Self::bytes) reads instead.
    pub fn view(&self, tensor: usize) -> Result<Bytes> {
        self.context().log_failure("view", self.stored(tensor))
    }

    fn stored(&self, index: usize) -> Result<Bytes> {
        let tensor = self.checked(index)?;
        let run = tensor.contents.run().filter(|_| tensor.contents.encoding().is_plain()).ok_or_else(|| {
            let message = "its elements are not stored in order in one range of bytes: read or load it instead";
            Error::new(Kind::NotMapped, message).with_subject(tensor.name)
        })?;
        let payload = &self.0.payload;
        let PayloadFile { source, base, .. } = &payload.files[run.file as usize];
        let view = if base.is_none() {
            self.check_before_view(index, &tensor, source)?;
            source.view(run.offset, run.len)?
        } else {
            // It may be built now, and its file written while that is read.
            self.check_unchanged(&tensor)?;
            let view = source.view(run.offset, run.len);
            self.check_unchanged(&tensor).and(view)?
        };
        view.ok_or_else(|| source.no_view().with_subject(tensor.name))
    }

    /// The contiguous bytes of a tensor: with no copy where that is possible, else read. They outlive the model. While
    /// a tensor that is not stored contiguously is read, what is stored of it is in memory beside the result.
    pub fn bytes(&self, index: usize) -> Result<Bytes> {
        self.context().log_failure("read", self.contiguous(index))
    }

    fn contiguous(&self, index: usize) -> Result<Bytes> {
        let tensor = self.checked(index)?;
        let Some(span) = tensor.span() else {
            return self.read_checked(index, &tensor, || {
                let copy = |run: Span| self.source_of(run).copy(run.offset, run.len);
                let bytes = contiguous_bytes(&tensor, copy, self.context());
                self.check_unchanged(&tensor).and(bytes)
            });
        };
        match self.stored(index) {
            Err(e) if e.kind() == Kind::NotMapped => self.read_checked(index, &tensor, || {
                let bytes = self.source_of(span).read(span.offset, span.len);
                self.check_unchanged(&tensor).and(bytes)
            }),
            view => view,
        }
    }

    /// Reads a part of a tensor that is stored contiguously, `offset` bytes from its start. If the file turns out to have
    /// changed, the buffer is filled with zeros.
    pub fn read_into(&self, tensor: usize, offset: u64, buffer: &mut [u8]) -> Result<()> {
        self.context().log_failure("read", self.read_part(tensor, offset, buffer))
    }

    fn read_part(&self, index: usize, offset: u64, buffer: &mut [u8]) -> Result<()> {
        let tensor = self.checked(index)?;
        let span = tensor.span().ok_or_else(|| {
            let message = "its elements are not stored contiguously, so it cannot be read in part: read all of it";
            Error::new(Kind::Unsupported, message).with_subject(tensor.name)
        })?;
        let fits = offset.checked_add(buffer.len() as u64).is_some_and(|end| end <= span.len);
        if !fits {
            let message = format!("{} bytes from offset {offset} are not inside its {} bytes", buffer.len(), span.len);
            return Err(Error::invalid(message).with_subject(tensor.name));
        }
        let read = self.read_checked(index, &tensor, || {
            let read = self.source_of(span).read_into(span.offset + offset, buffer);
            self.check_unchanged(&tensor).and(read)
        });
        // Bytes that turned out to be others are not left behind.
        read.inspect_err(|_| buffer.fill(0))
    }

    /// Alignment of the zero-copy pointer of a tensor in bytes, up to a page; 0 if there is none. Nothing is mapped to
    /// find out.
    pub fn alignment(&self, tensor: &Tensor<'_>) -> u32 {
        let Some(run) = tensor.contents.run().filter(|_| tensor.contents.encoding().is_plain()) else { return 0 };
        match self.0.payload.files.get(run.file as usize) {
            None => 0,
            // Not built yet, perhaps, but always so.
            Some(PayloadFile { base: Some(_), .. }) => BUILT_ALIGNMENT,
            Some(file) => file.source.alignment_at(run.offset),
        }
    }

    /// The BLAKE3 that a manifest states for the contiguous bytes of a tensor, if one does and all that do agree.
    pub(crate) fn stated_digest(&self, index: usize) -> Option<Digest> {
        self.0.payload.stated_digest(index)
    }

    /// The BLAKE3 of each of these tensors, which are stored contiguously.
    pub(crate) fn digest_tensors(
        &self,
        tensors: &[usize],
        progress: &mut impl FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Vec<Digest>> {
        self.context().log_failure("digest", digest_tensors(&self.0.payload, tensors, progress))
    }

    /// Whether a tensor and one of another model are the same bytes of the same file.
    pub(crate) fn is_same_place(&self, index: usize, other: &Self, other_index: usize) -> bool {
        let spans = (self.tensors().get(index), other.tensors().get(other_index));
        let (Some(own), Some(others)) = (spans.0.and_then(|t| t.span()), spans.1.and_then(|t| t.span())) else {
            return false;
        };
        (own.offset, own.len) == (others.offset, others.len)
            && self.source_of(own).is_same_file(other.source_of(others))
    }

    /// The file that holds a run.
    pub(crate) fn source_of(&self, run: Span) -> &Source {
        &self.0.payload.files[run.file as usize].source
    }

    /// Refuses a tensor of which a file is no longer the one that was opened.
    fn check_unchanged(&self, tensor: &Tensor<'_>) -> Result<()> {
        let payload = &self.0.payload;
        payload.bases_of(tensor).try_for_each(|file| payload.check_unchanged(&payload.files[file].source))
    }

    /// The tensor, if its bytes may be handed out.
    fn checked(&self, index: usize) -> Result<Tensor<'_>> {
        let payload = &self.0.payload;
        let tensor = payload.tensors.get(index).ok_or_else(|| {
            Error::invalid(format!("there is no tensor {index}: the model has {}", payload.tensors.len()))
        })?;
        let path = || payload.files[tensor.file()].source.path();
        payload.check_verified(index, &tensor).map_err(|e| e.with_path(path()).with_subject(tensor.name))?;
        Ok(tensor)
    }
}
